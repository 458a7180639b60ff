# Run when the program is installed: the rules of the cells say there which sources they are for. Cells that a user
# compiles are in a folder that is named after these rules (harness/cells/home.c), and ninja goes by the times
# of files, which an installation keeps as they were: of another package, or beside what a cache has kept,
# sources may be older than cells that were made of other ones.
set(copy "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/valuetask-bench")
set(globs guests/* harness/* impls/* workloads/*)
list(TRANSFORM globs PREPEND "${copy}/")
file(GLOB_RECURSE sources RELATIVE "${copy}" ${globs})
set(text "")
foreach(source IN LISTS sources)
    file(SHA256 "${copy}/${source}" digest)
    string(APPEND text "${source} ${digest}\n")
endforeach()
string(SHA256 digest "${text}")
file(READ "${copy}/cells.ninja" rules)
string(REGEX REPLACE "^# Of sources [^\n]*\n" "" rules "${rules}")
file(WRITE "${copy}/cells.ninja" "# Of sources ${digest}\n${rules}")
