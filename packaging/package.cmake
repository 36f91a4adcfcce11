# SPDX-License-Identifier: MIT
# What an installation has beside the programs and their pages: the docs with what they lead to, and the
# grader as bothends-grade. And how cpack makes a Debian package of all of it.

# The grader, its tests, and the files at the other end: as they lie here, so that each finds the others.
set(share ${CMAKE_INSTALL_DATADIR}/bothends)
file(GLOB graded RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS tests/*.bats)
foreach(file IN LISTS graded)
  file(STRINGS ${file} tags REGEX "^# grade ")
  if(tags)
    install(PROGRAMS ${file} DESTINATION ${share}/tests)
  endif()
endforeach()
file(GLOB beside CONFIGURE_DEPENDS tests/*.bash tests/*.py)
list(FILTER beside EXCLUDE REGEX "/(debian\\.bash|transcripts\\.py)$")
install(FILES tests/manifest ${beside} DESTINATION ${share}/tests)
install(DIRECTORY tests/grade DESTINATION ${share}/tests
  REGEX "/(mutants|prove|validate)\\.py$|__pycache__" EXCLUDE)
install(DIRECTORY scripts/grade-lib DESTINATION ${share}/scripts PATTERN __pycache__ EXCLUDE)
install(PROGRAMS scripts/grade scripts/grade-all scripts/grade-run scripts/skeleton DESTINATION ${share}/scripts)
foreach(name grade grade-all skeleton)
  configure_file(packaging/command.in ${CMAKE_BINARY_DIR}/packaging/bothends-${name} @ONLY)
  install(PROGRAMS ${CMAKE_BINARY_DIR}/packaging/bothends-${name} DESTINATION ${CMAKE_INSTALL_BINDIR})
endforeach()
install(FILES packaging/man/bothends-grade.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# The docs, in folders as here, so that their links lead somewhere; and the sources, to be read and built on.
install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(FILES docs/man/socktrace.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES README.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN docs/site EXCLUDE)
install(DIRECTORY lab/scripts DESTINATION ${CMAKE_INSTALL_DOCDIR}/lab)
install(FILES packaging/homebrew/bothends.rb DESTINATION ${CMAKE_INSTALL_DOCDIR}/packaging/homebrew)
install(DIRECTORY common tcp udp web mail DESTINATION ${share} PATTERN CMakeLists.txt EXCLUDE)

install(CODE "set(share \"${share}\")
set(doc \"${CMAKE_INSTALL_DOCDIR}\")
set(man \"${CMAKE_INSTALL_MANDIR}\")")
install(SCRIPT packaging/finish.cmake)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The Both Ends developers <bothends@example.org>" CACHE STRING "Who answers for the package")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "client and server pairs for learning socket programming")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Small client and server programs in C, each one page that reads like the
flowchart of the lecture, which nothing that the other end does can break; and
instruments that show and disturb the socket calls of any program: socktrace,
ladder, sockfault and socksh.

bothends-grade marks anybody's implementation of a pair, in any language, with
the tests that these programs pass.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION education)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The grader's, all of them: it wants bats and Python, and looks at the listening table with ss.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "bats, iproute2, procps, python3")
# What some submissions and some checks need: a compiler, curl; and a netcat for the sessions of the docs.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "curl, gcc, libc6-dev, man-db, netcat-openbsd")
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/packaging/deb.cmake)
include(CPack)
