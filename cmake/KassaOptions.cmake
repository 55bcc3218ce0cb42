# Compiler, warnings and third-party packages: the same for every target, so that one precompiled header serves all.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Executables, too, are compiled with -fPIC: a precompiled header made with it does not serve -fPIE.
set(CMAKE_CXX_COMPILE_OPTIONS_PIE -fPIC)
# Everything is linked into one program: no function is ever replaced from outside, so all may be inlined.
add_compile_options(-fno-semantic-interposition)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(KASSA_CCACHE ccache)
if(KASSA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${KASSA_CCACHE})
endif()
find_program(KASSA_MOLD mold)
if(KASSA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Wold-style-cast -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -fpch-preprocess lets ccache see through the precompiled header. The two warnings misfire inside coroutine
  # frames in g++ 12 (GCC bugs 105562, 98056).
  add_compile_options(-fpch-preprocess -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
  # Flow warnings of the inliner that misfire in the standard library itself (GCC bugs 105329, 105651, 106199).
  if(CMAKE_BUILD_TYPE STREQUAL "Release" OR KASSA_SANITIZE)
    add_compile_options(-Wno-stringop-overread -Wno-stringop-overflow -Wno-restrict -Wno-array-bounds
                        -Wno-dangling-pointer)
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang reports libstdc++ 12's own std::get_temporary_buffer inside std::stable_sort; g++ watches for ours.
  add_compile_options(-Wno-deprecated-declarations)
endif()
if(CMAKE_UNITY_BUILD)
  # Joined files see each other's anonymous namespaces: what a header names there, and what a parameter then shadows,
  # says nothing about the files as they are shipped. Every other build keeps both warnings.
  add_compile_options(-Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(KASSA_SANITIZE)
  add_compile_options(-fsanitize=${KASSA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND KASSA_SANITIZE MATCHES "undefined")
    # clang's check of object types asks through a pipe whether memory can be read, and takes an exhausted table of
    # descriptors, which a test brings about, for a fault. The g++ build keeps the check.
    add_compile_options(-fno-sanitize=vptr)
  endif()
  add_link_options(-fsanitize=${KASSA_SANITIZE})
else()
  add_compile_options(-fstack-protector-strong -D_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
# Boost.Asio: coroutine-only use; no deprecated interfaces.
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_NO_TS_EXECUTORS)

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json system)
find_package(OpenSSL 3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(TCMALLOC REQUIRED IMPORTED_TARGET libtcmalloc_minimal)
