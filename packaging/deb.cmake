# SPDX-License-Identifier: MIT
# What Debian wants of a package that nobody else does: its copyright file, a changelog, pages compressed.
# cpack runs this when everything lies in its folder, and is about to be packed.
set(usr "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr")
set(here "${CMAKE_CURRENT_LIST_DIR}/debian")
set(doc "${usr}/share/doc/bothends")
file(COPY "${here}/copyright" DESTINATION "${doc}")
configure_file("${here}/lintian-overrides" "${usr}/share/lintian/overrides/bothends" COPYONLY)
execute_process(COMMAND date -R OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(WRITE "${doc}/changelog" "bothends (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Both Ends ${CPACK_PACKAGE_VERSION}, packed by cpack.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(GLOB pages LIST_DIRECTORIES false "${usr}/share/man/man*/*.[1-9]")
foreach(page IN LISTS pages)
  if(IS_SYMLINK "${page}")
    file(READ_SYMLINK "${page}" target)
    file(REMOVE "${page}")
    file(CREATE_LINK "${target}.gz" "${page}.gz" SYMBOLIC)
  else()
    execute_process(COMMAND gzip -9n "${page}" COMMAND_ERROR_IS_FATAL ANY)
  endif()
endforeach()
execute_process(COMMAND gzip -9n "${doc}/changelog" COMMAND_ERROR_IS_FATAL ANY)
