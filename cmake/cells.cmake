# How a cell is compiled: the rules, for ninja, that run_bench includes in its list of the cells that it
# needs (harness/cells/target.c). Their text is part of what makes counts of two runs comparable, so
# no path of this machine stands in it: those are variables, set at its head and by run_bench.

# Functions and loops are aligned, because where code lands in a cache line moves a result by more than
# the strategies differ (docs/METHOD.md).
set(VTB_CELL_FLAGS -falign-functions=64)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    list(APPEND VTB_CELL_FLAGS -g1) # lines for a profiler, without every cell's copy of all types
endif()
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND VTB_CELL_FLAGS -falign-loops=64 -falign-jumps=16)
    if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
        # Objects are zeroed and values copied by plain stores, as a managed runtime's compiler does;
        # gcc's own choice is `rep stos`, whose start-up alone costs more than an allocation.
        list(APPEND VTB_CELL_FLAGS
            -mmemset-strategy=unrolled_loop:1024:noalign,libcall:-1:noalign
            -mmemcpy-strategy=unrolled_loop:1024:noalign,libcall:-1:noalign)
    endif()
endif()
# A file of its own that is loaded, with the code of one that is linked in: nothing of a cell is seen
# outside of it, so that it calls itself without a detour, and the thread's context is where the
# program has it.
list(APPEND VTB_CELL_FLAGS -fPIC -fvisibility=hidden -ftls-model=initial-exec)

# Counts do not depend on how well code is optimised, and half of all cells count.
set(VTB_COUNTING_FLAGS "")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    set(VTB_COUNTING_FLAGS -O1)
endif()

# What cells use of the program.
set(exports vtb_ambient vtb_thread_statics vtb_thread_begin vtb_misuse vtb_block_until
    vtb_block_while vtb_block_while_collected)
list(TRANSFORM exports PREPEND "-Wl,--export-dynamic-symbol=" OUTPUT_VARIABLE VTB_CELL_EXPORTS)
list(TRANSFORM exports PREPEND "-Wl,--undefined=" OUTPUT_VARIABLE undefined)
list(APPEND VTB_CELL_EXPORTS ${undefined})

# A word for the shell, in a file of ninja.
function(vtb_quote result text)
    string(REPLACE "'" "'\\''" text "${text}")
    string(REPLACE "$" "$$" text "${text}")
    set(${result} "'${text}'" PARENT_SCOPE)
endfunction()

string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type_upper)
set(cell_c_flags "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type_upper}}")
set(cell_cxx_flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type_upper}}")
string(REPLACE ";" " " cell_flags "${VTB_CELL_FLAGS}")
string(STRIP "${cell_c_flags}" cell_c_flags)
string(STRIP "${cell_cxx_flags}" cell_cxx_flags)
set(cell_checked ${VTB_CHECKED})
vtb_quote(cell_cc "${CMAKE_C_COMPILER}")
vtb_quote(cell_cxx "${CMAKE_CXX_COMPILER}")
set(werror "")
if(VTB_WERROR)
    set(werror " -Werror")
endif()
set(cell_rules ${CMAKE_CURRENT_BINARY_DIR}/cells.ninja)
configure_file(cmake/cells.ninja.in ${cell_rules} @ONLY)

# The compiler's own programs, whose sizes and times tell when it was upgraded in place.
foreach(language C CXX)
    set(driver ${CMAKE_${language}_COMPILER})
    file(REAL_PATH ${driver} driver)
    list(APPEND cell_toolchain ${driver})
endforeach()
foreach(pass cc1 cc1plus)
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-prog-name=${pass}
        OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(EXISTS "${found}")
        list(APPEND cell_toolchain ${found})
    endif()
endforeach()
list(REMOVE_DUPLICATES cell_toolchain)
list(JOIN cell_toolchain "\n" toolchain_text)
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/cells.toolchain CONTENT "${toolchain_text}\n" @ONLY)
