# SPDX-License-Identifier: MIT
# The last step of an installation. share, doc, man: its folders, below the prefix.

# The docs and the grader name its commands as one types them here.
set(root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
file(GLOB_RECURSE texts "${root}/${doc}/*.md" "${root}/${share}/scripts/*")
foreach(file IN LISTS texts)
  file(READ "${file}" before)
  string(REGEX REPLACE "(\\./)?scripts/(grade-all|grade|skeleton)([^-/a-z])" "bothends-\\2\\3" text "${before}")
  string(REPLACE "cc -I. mine.c common/" "cc -I${CMAKE_INSTALL_PREFIX}/${share} mine.c ${CMAKE_INSTALL_PREFIX}/${share}/common/" text "${text}")
  if(NOT text STREQUAL before)
    file(WRITE "${file}" "${text}")
  endif()
endforeach()

# What the docs lead to lies elsewhere: links, relative, so that the whole can be moved.
file(RELATIVE_PATH up "/${doc}" "/${share}")
foreach(folder common tcp udp web mail)
  file(CREATE_LINK "${up}/${folder}" "${root}/${doc}/${folder}" SYMBOLIC)
endforeach()
foreach(name grade-all skeleton)
  file(CREATE_LINK bothends-grade.1 "${root}/${man}/man1/bothends-${name}.1" SYMBOLIC)
endforeach()
