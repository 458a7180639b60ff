/* Compiler and layout helpers shared by every part of the contract. C11 that is also C++20. */
#ifndef VTB_BASE_H
#define VTB_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * VTB_METHOD marks a function that is really called, as a method of a library is: never inlined,
 * cloned or specialised, and compiled so that its callers know nothing of its body. For gcc the
 * attribute is `noipa`. clang has no such attribute, but must not make use of a definition that the
 * linker could replace.
 */
#if defined(__clang__)
#define VTB_METHOD __attribute__((noinline, weak))
#else
#define VTB_METHOD __attribute__((noipa))
#endif

/*
 * VTB_OUT_OF_LINE marks the part of an operation that only a miss needs. It is a function of its
 * own, so that a hit does not pay for its registers and stack. It is not marked `cold`, because
 * that would have it compiled for size, and misses are measured as well.
 */
#define VTB_OUT_OF_LINE __attribute__((noinline))
#define VTB_FORCE_INLINE inline __attribute__((always_inline))
#define VTB_LIKELY(condition) __builtin_expect((condition), 1)
#define VTB_UNLIKELY(condition) __builtin_expect((condition), 0)

/* VTB_NO_TAIL_CALLS marks a function in which every call stays a call, even if a jump would do. */
#if defined(__clang__)
#define VTB_NO_TAIL_CALLS __attribute__((disable_tail_calls))
#else
#define VTB_NO_TAIL_CALLS __attribute__((optimize("no-optimize-sibling-calls")))
#endif

/* The name and version of the compiler. */
#if defined(__clang__)
#define VTB_COMPILER_NAME "Clang"
#define VTB_COMPILER_VERSION(dot)                               \
    VTB_STRING(__clang_major__) dot VTB_STRING(__clang_minor__) \
    dot VTB_STRING(__clang_patchlevel__)
#else
#define VTB_COMPILER_NAME "GNU"
#define VTB_COMPILER_VERSION(dot)                       \
    VTB_STRING(__GNUC__) dot VTB_STRING(__GNUC_MINOR__) \
    dot VTB_STRING(__GNUC_PATCHLEVEL__)
#endif
#define VTB_COMPILER VTB_COMPILER_NAME " " VTB_COMPILER_VERSION(".")

#define VTB_PASTE_(a, b) a##b
#define VTB_PASTE(a, b) VTB_PASTE_(a, b)
#define VTB_STRING_(a) #a
#define VTB_STRING(a) VTB_STRING_(a)

/* Bytes rounded up to a multiple of 8, the size grain of objects in .NET. */
#define VTB_ROUND_UP_8(bytes) (((bytes) + (size_t)7) / 8 * 8)

#ifdef __cplusplus
#define VTB_C_LINKAGE extern "C"
#define VTB_THREAD_LOCAL __thread
#else
#define VTB_C_LINKAGE extern
#define VTB_THREAD_LOCAL _Thread_local
#endif

#endif
