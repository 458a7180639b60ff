# A Debian package of what is installed, by `cpack --config build/release/CPackConfig.cmake`. It needs, beside the
# libraries that dpkg-shlibdeps finds, what compiles cells; and for a few options what scripts/packages.txt
# says of them.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME valuetask-bench)
set(CPACK_PACKAGE_VENDOR "the valuetask-bench project")
set(CPACK_PACKAGE_CONTACT "the valuetask-bench project <valuetask-bench@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "what a method should return that usually has its answer at hand")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package_deb.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "gcc, g++, libc6-dev, ninja-build")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "python3, python3-jinja2, libjs-vega, python3-matplotlib")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "valgrind, gnuplot-nox, redis-server, default-jdk-headless")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Measures ways in which a method can hand over a result that is usually there
already: a task on the heap, a value that is a result or a task, a caller's
operation, a poll result, a callback and others, each compiled into a loop
against a service with a cache in front, on malloc, other allocators or a
garbage collector. Tells time by paired rounds of fresh processes, bytes and
allocations exactly, and what collections take; gates changes of code by them.")

include(CPack)
