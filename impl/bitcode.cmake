# Bitcode of the implementation: vtl_intercept_O0.bc to _O3.bc, of which _O2 is the one that is proved, and what the
# back end makes of it.
find_program(CLANGXX_19 clang++-19 REQUIRED)
find_program(LLVM_LINK_19 llvm-link-19 REQUIRED)
find_program(OPT_19 opt-19 REQUIRED)

# No vectors: they are outside the lifter's subset; to clang, a level of optimisation that comes later asks for them
# again. Names, since parameters are called by them.
set(bitcode_flags
    -std=c++20
    -ffreestanding
    -fno-exceptions
    -fno-rtti
    -fno-threadsafe-statics
    -fno-stack-protector
    -fno-vectorize
    -fno-slp-vectorize
    -fno-unwind-tables
    -fno-asynchronous-unwind-tables
    -fno-discard-value-names
    -fPIC
    -g
    -I${CMAKE_CURRENT_SOURCE_DIR}/include
    # No path of the machine goes into what is proved.
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
# How the back end is run on the module; debug information has been of use by then.
set(VTLCHECK_BITCODE_TO_OBJECT ${CLANGXX_19} -O2 -fPIC -g0 -c)

get_target_property(bitcode_sources vtl_intercept SOURCES)
file(GLOB bitcode_headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/*.h ${CMAKE_CURRENT_SOURCE_DIR}/include/*.h)
file(STRINGS include/vtl_intercept.h bitcode_entries REGEX "^[a-z].* \\*?vtl_[a-z_]+\\(")
list(TRANSFORM bitcode_entries REPLACE "^.*[ *](vtl_[a-z_]+)\\(.*$" "\\1")
list(JOIN bitcode_entries "," bitcode_entries)

foreach(level 0 1 2 3)
  set(parts)
  foreach(source ${bitcode_sources})
    get_filename_component(name ${source} NAME_WE)
    set(part ${CMAKE_CURRENT_BINARY_DIR}/bitcode/O${level}/${name}.bc)
    add_custom_command(
      OUTPUT ${part}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_CURRENT_BINARY_DIR}/bitcode/O${level}
      COMMAND ${CLANGXX_19} -O${level} ${bitcode_flags} -emit-llvm -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${part}
      DEPENDS ${source} ${bitcode_headers}
      COMMENT "Bitcode of ${source} at -O${level}"
      VERBATIM)
    list(APPEND parts ${part})
  endforeach()
  set(module ${CMAKE_CURRENT_BINARY_DIR}/vtl_intercept_O${level}.bc)
  add_custom_command(
    OUTPUT ${module}
    COMMAND ${LLVM_LINK_19} ${parts} -o ${module}.linked
    COMMAND ${OPT_19} -passes=internalize,globaldce -internalize-public-api-list=${bitcode_entries} ${module}.linked -o
            ${module}
    DEPENDS ${parts}
    COMMENT "Linking bitcode at -O${level}"
    VERBATIM)
  # The machine code of that module, for comparison with what is lifted from it.
  set(library ${CMAKE_CURRENT_BINARY_DIR}/vtl_intercept_O${level}.so)
  add_custom_command(
    OUTPUT ${library}
    COMMAND ${CLANGXX_19} -O${level} -fPIC -shared -nostdlib -g0 ${module} -o ${library}
    DEPENDS ${module}
    COMMENT "Compiling bitcode at -O${level}"
    VERBATIM)
  list(APPEND modules ${module} ${library})
endforeach()

set(proved_module ${CMAKE_CURRENT_BINARY_DIR}/vtl_intercept.bc)
set(proved_object ${CMAKE_CURRENT_BINARY_DIR}/vtl_intercept_proved.o)
add_custom_command(
  OUTPUT ${proved_module} ${proved_object}
  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_BINARY_DIR}/vtl_intercept_O2.bc ${proved_module}
  COMMAND ${VTLCHECK_BITCODE_TO_OBJECT} ${proved_module} -o ${proved_object}
  DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/vtl_intercept_O2.bc
  COMMENT "Compiling the bitcode that is proved"
  VERBATIM)
add_custom_target(vtl_intercept_bitcode ALL DEPENDS ${modules} ${proved_module} ${proved_object})

# The library to ship: its only object is what the back end makes of the module that is proved.
add_library(vtl_intercept_proved STATIC ${proved_object})
# Its file has the name of the other library, in whose place it is installed.
set_target_properties(
  vtl_intercept_proved
  PROPERTIES LINKER_LANGUAGE CXX
             OUTPUT_NAME vtl_intercept
             ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/proved_library)
set_source_files_properties(${proved_object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
target_include_directories(vtl_intercept_proved PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
                                                       $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
add_dependencies(vtl_intercept_proved vtl_intercept_bitcode)

add_test(NAME Lifting.LibraryIsTheBitcode
         COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/tests/check_proved_library.sh $<TARGET_FILE:vtl_intercept_proved>
                 ${proved_module} ${CMAKE_CURRENT_BINARY_DIR}/proved ${VTLCHECK_BITCODE_TO_OBJECT})
