# Compiler settings for every target: the language, warnings as errors, sanitizers, ccache and mold where they are there.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")  # hot loops ask for more in their own folder
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

option(VT_FUZZ "Build the fuzz targets (needs clang)" OFF)
set(VT_SANITIZE "" CACHE STRING "Sanitizers for every target, as -fsanitize= takes them")

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror
  # A designated initialiser that names some members means the defaults for the others.
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside std::string, std::optional and std::expected at -O2 and above, where there is nothing
  # (GCC bugs 105329, 105651, 105562).
  add_compile_options(-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # The standard library's own stable_sort (GCC 12) uses what it calls deprecated.
  add_compile_options(-Wno-deprecated-declarations)
endif()
add_compile_options($<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2> -fstack-protector-strong)

if(VT_SANITIZE)
  add_compile_options(-fsanitize=${VT_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${VT_SANITIZE})
  if(VT_SANITIZE MATCHES thread)
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)  # fences that the thread sanitizer does not know; Asio's locks stay
  endif()
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are only cached by ccache when it may ignore their time stamps.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
add_compile_definitions(VT_VERSION="${PROJECT_VERSION}")
