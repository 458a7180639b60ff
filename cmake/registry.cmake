# The registry: one file in impls/, workloads/ or heaps/ is one entry, named by its stem; a workload in
# workloads/sized/ is one entry for each size of its result, and a heap may be a folder, heaps/NAME/
# with NAME.c and what else it is made of. Globs the folders, looks for the libraries of heaps that are
# one, and writes, below the build folder, what is known of each entry without its cells and an ordinary
# C table of all entries. A file that lacks something fails to compile or link, by name. Cells are not
# compiled here, but by run_bench, when it needs them (cmake/cells.cmake).

# vtb_glob(<list of files> <list of stems> <pattern>...)
function(vtb_glob files_out stems_out)
    file(GLOB files CONFIGURE_DEPENDS ${ARGN})
    set(stems "")
    foreach(file IN LISTS files)
        get_filename_component(stem ${file} NAME_WE)
        if(NOT stem MATCHES "^[a-z][a-z0-9_]*$")
            message(FATAL_ERROR "${file}: the stem names the entry, and must match [a-z][a-z0-9_]*")
        endif()
        list(FIND stems ${stem} at)
        if(at GREATER_EQUAL 0)
            list(GET files ${at} other)
            message(FATAL_ERROR "${other} and ${file}: two entries of one name")
        endif()
        list(APPEND stems ${stem})
    endforeach()
    set(${files_out} ${files} PARENT_SCOPE)
    set(${stems_out} ${stems} PARENT_SCOPE)
endfunction()

vtb_glob(strategy_files strategies ${PROJECT_SOURCE_DIR}/impls/*.c ${PROJECT_SOURCE_DIR}/impls/*.cc)
vtb_glob(workload_files workloads ${PROJECT_SOURCE_DIR}/workloads/*.h)
vtb_glob(sized_files sized_workloads ${PROJECT_SOURCE_DIR}/workloads/sized/*.h)
if(NOT VTB_DEFAULT_WORKLOAD IN_LIST workloads)
    message(FATAL_ERROR "VTB_DEFAULT_WORKLOAD: there is no workload ${VTB_DEFAULT_WORKLOAD}")
endif()

# The other sources of heaps that are a folder, which belong to the entry of the folder's name.
file(GLOB heap_parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/heaps/*/*.c)
set(heap_folders "")
foreach(file IN LISTS heap_parts)
    get_filename_component(folder ${file} DIRECTORY)
    get_filename_component(name ${folder} NAME)
    if(NOT EXISTS ${folder}/${name}.c)
        message(FATAL_ERROR "${folder}: the folder is a heap, and lacks ${name}.c")
    endif()
    list(APPEND heap_folders ${folder}/${name}.c)
endforeach()
list(REMOVE_DUPLICATES heap_folders)
list(REMOVE_ITEM heap_parts ${heap_folders})
vtb_glob(heap_files heaps ${PROJECT_SOURCE_DIR}/heaps/*.c ${heap_folders})

# vtb_said(<result> <file> <regex>): what the regex's group matches in its first line; or nothing.
function(vtb_said result file regex)
    file(STRINGS ${file} found REGEX "${regex}" LIMIT_COUNT 1)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    set(${result} "" PARENT_SCOPE)
    if(found MATCHES "${regex}")
        set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
    endif()
endfunction()

# vtb_find_headers(<result> <file>): whether the compiler will find all that the file includes.
function(vtb_find_headers result file)
    set(regex "^#include <([^>]+)>")
    set(${result} 1 PARENT_SCOPE)
    file(STRINGS ${file} includes REGEX "${regex}")
    foreach(line IN LISTS includes)
        string(REGEX MATCH "${regex}" line ${line})
        find_path(folder ${CMAKE_MATCH_1} NO_CACHE NO_DEFAULT_PATH
            PATHS ${PROJECT_SOURCE_DIR}/harness/include ${CMAKE_C_IMPLICIT_INCLUDE_DIRECTORIES})
        if(NOT folder)
            set(${result} 0 PARENT_SCOPE)
        endif()
        unset(folder)
    endforeach()
endfunction()

# vtb_find_library(<result> <reason> <file> <library>): the file of a heap's library, to be linked; or
# nothing, and why the heap cannot be used. Only a shared library will do: the malloc of a static one
# would become the program's. -DVTB_LIBRARY_<library>=OFF does without one that is there.
function(vtb_find_library result reason file library)
    set(${result} "" PARENT_SCOPE)
    vtb_said(package ${file} "^#define VTB_LIBRARY_PACKAGE \"([^\"]+)\"")
    if(NOT package)
        message(FATAL_ERROR "${file}: VTB_LIBRARY is there, VTB_LIBRARY_PACKAGE is not")
    endif()
    string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
    if("${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${type}}" MATCHES "-fsanitize")
        set(${reason} "sanitizers see the memory of the C library alone: use a build without them"
            PARENT_SCOPE)
        return()
    endif()
    find_library(VTB_LIBRARY_${library} lib${library}${CMAKE_SHARED_LIBRARY_SUFFIX})
    mark_as_advanced(VTB_LIBRARY_${library})
    vtb_find_headers(has_headers ${file})
    if(VTB_LIBRARY_${library} AND has_headers)
        set(${result} ${VTB_LIBRARY_${library}} PARENT_SCOPE)
        return()
    endif()
    set(${reason} "${package} was not there when this was built: install it, and build again" PARENT_SCOPE)
    # Installing a library changes this folder, and the next build looks again.
    set(folder /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
    if(EXISTS ${folder})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder})
    endif()
endfunction()

set(heap_libraries "")
foreach(heap file IN ZIP_LISTS heaps heap_files)
    vtb_said(library ${file} "^#define VTB_LIBRARY +([^ ]+)")
    if(library)
        vtb_find_library(found reason ${file} ${library})
        if(found)
            list(APPEND heap_libraries ${found})
        else()
            set(parts ${heap_parts})
            list(FILTER parts INCLUDE REGEX "/heaps/${heap}/[^/]+$")
            set_source_files_properties(${file} ${parts} PROPERTIES
                COMPILE_DEFINITIONS "VTB_LIBRARY_MISSING=\"${reason}\"")
        endif()
    endif()
endforeach()

# Options that link the libraries of heaps, in front of everything else. Most of them define malloc
# and operator new too; these stay those of the C and the C++ library because they are found there
# first. Of C++'s no library has all: new of one and delete of another would end the program at its
# start. Behind -Wl, because the driver of C++ would move a plain -lc to the end.
set(VTB_HEAP_LINK_OPTIONS "")
if(heap_libraries)
    list(REMOVE_DUPLICATES heap_libraries)
    list(JOIN heap_libraries "\" \"" quoted)
    set(VTB_HEAP_LINK_OPTIONS
        "SHELL:-Wl,--push-state,--no-as-needed,-lc,-lstdc++ \"${quoted}\" -Wl,--pop-state")
endif()

set(registry_dir ${CMAKE_CURRENT_BINARY_DIR}/registry)
set(source_dir ${PROJECT_SOURCE_DIR}/harness/cells/source)
set(registry_sources "")
set(declarations "")

# The metadata of a strategy, without a cell, for the types of the default workload: for the direct
# method, and for the two asynchronous ones, in the order of enum vtb_method.
set(methods 0 1 2)
set(asyncs 0 1 0)
set(runtimes 0 0 1)
set(metadata_sources "")
set(strategies_table "")
foreach(strategy strategy_file IN ZIP_LISTS strategies strategy_files)
    get_filename_component(extension ${strategy_file} LAST_EXT)
    foreach(method async runtime IN ZIP_LISTS methods asyncs runtimes)
        set(object vtb_${strategy}_${VTB_DEFAULT_WORKLOAD}_metadata${method})
        set(source ${registry_dir}/${strategy}.metadata${method}${extension})
        configure_file(cmake/metadata.c.in ${source} @ONLY)
        list(APPEND metadata_sources ${source})
        string(APPEND declarations "extern const struct vtb_cell ${object};\n")
    endforeach()
    file(RELATIVE_PATH file ${PROJECT_SOURCE_DIR} ${strategy_file})
    set(object vtb_${strategy}_${VTB_DEFAULT_WORKLOAD}_metadata)
    string(APPEND strategies_table
        "    {.name = \"${strategy}\", .file = \"${file}\", "
        ".methods = {&${object}0, &${object}1, &${object}2}},\n")
endforeach()

# vtb_add_workload(<name> <stem> <file> <bytes>): one entry; bytes is the size that it has, or 0.
set(entry_names "")
set(entry_files "")
macro(vtb_add_workload name stem file bytes)
    list(FIND entry_names ${name} at)
    if(at GREATER_EQUAL 0)
        list(GET entry_files ${at} other)
        message(FATAL_ERROR "${other} and ${file}: two entries of one name, ${name}")
    endif()
    list(APPEND entry_names ${name})
    list(APPEND entry_files ${file})
    set(workload_name ${name})
    set(workload_stem ${stem})
    set(workload_file ${file})
    set(payload_bytes ${bytes})
    configure_file(cmake/workload.c.in ${registry_dir}/${name}.c @ONLY)
    list(APPEND registry_sources ${registry_dir}/${name}.c)
    string(APPEND declarations "extern const struct vtb_workload vtb_workload_${name};\n")
    file(RELATIVE_PATH relative ${PROJECT_SOURCE_DIR} ${file})
    string(APPEND workloads_table "    {.name = \"${name}\", .stem = \"${stem}\", .file = \"${relative}\", "
        ".workload = &vtb_workload_${name}, .payload_bytes = ${bytes}},\n")
endmacro()

set(workloads_table "")
foreach(workload workload_file IN ZIP_LISTS workloads workload_files)
    vtb_add_workload(${workload} ${workload} ${workload_file} 0)
endforeach()
foreach(sized sized_file IN ZIP_LISTS sized_workloads sized_files)
    foreach(size IN LISTS VTB_PAYLOADS)
        vtb_add_workload(${sized}_${size} ${sized} ${sized_file} ${size})
    endforeach()
endforeach()

set(heaps_table "")
foreach(heap IN LISTS heaps)
    string(APPEND declarations "extern const struct vtb_heap vtb_heap_${heap};\n")
    string(APPEND heaps_table "    {\"${heap}\", &vtb_heap_${heap}},\n")
endforeach()
configure_file(cmake/registry.c.in ${registry_dir}/registry.c @ONLY)
list(APPEND registry_sources ${registry_dir}/registry.c ${heap_files} ${heap_parts})
