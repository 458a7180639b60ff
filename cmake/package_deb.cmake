# Run by CPack on the files of a package, before it is made of them: what Debian has otherwise than other
# systems, and what its lintian asks for.

foreach(needed IN ITEMS dpkg-shlibdeps file strip gzip)
    find_program(${needed}_program ${needed})
    if(NOT ${needed}_program)
        message(FATAL_ERROR "${needed} is missing: install dpkg-dev, file and binutils")
    endif()
endforeach()

set(tree ${CPACK_TEMPORARY_DIRECTORY}/usr)
set(documents ${tree}/share/doc/valuetask-bench)

# As CPack does with the program; what was built in place keeps its lines, for a profiler.
file(GLOB cells ${tree}/lib/valuetask-bench/cells/*.so)
execute_process(COMMAND ${strip_program} --strip-unneeded --remove-section=.comment ${cells}
    COMMAND_ERROR_IS_FATAL ANY)

# zsh has its own files there, and looks for those of packages beside them.
file(RENAME ${tree}/share/zsh/site-functions ${tree}/share/zsh/vendor-completions)

file(REMOVE ${documents}/LICENSE)
file(WRITE ${documents}/copyright
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${CPACK_PACKAGE_NAME}

Files: *
Copyright: 2026 ${CPACK_PACKAGE_VENDOR}
License: Apache-2.0
 The full text of the license is in /usr/share/common-licenses/Apache-2.0.
")
# Everything in the package has the date of the version, so that two packages of the same sources are the same.
if(NOT DEFINED ENV{SOURCE_DATE_EPOCH})
    file(STRINGS ${documents}/CHANGELOG.md heading REGEX "^## \\[${CPACK_PACKAGE_VERSION}\\] - " LIMIT_COUNT 1)
    string(REGEX MATCH "[0-9-]+$" date "${heading}")
    if(NOT date)
        message(FATAL_ERROR "CHANGELOG.md has no date of version ${CPACK_PACKAGE_VERSION}")
    endif()
    execute_process(COMMAND date -u -d "${date}" +%s OUTPUT_VARIABLE epoch OUTPUT_STRIP_TRAILING_WHITESPACE
        COMMAND_ERROR_IS_FATAL ANY)
    set(ENV{SOURCE_DATE_EPOCH} ${epoch})
endif()
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${documents}/changelog.Debian
"${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * What is new stands in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
file(RENAME ${documents}/CHANGELOG.md ${documents}/changelog)
execute_process(COMMAND ${gzip_program} -9 -n ${documents}/changelog ${documents}/changelog.Debian
    ${tree}/share/man/man1/run_bench.1 COMMAND_ERROR_IS_FATAL ANY)
