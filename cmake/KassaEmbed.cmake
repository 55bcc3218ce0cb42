# kassa_embed(<target> <symbol> <files>...): compiles text files into <target> as
#   namespace kassa::embedded { extern const std::array<EmbeddedFile, N> <symbol>; }  (header "embedded/<symbol>.hpp")
# The target kassa_generated makes all of these headers and nothing else.
add_custom_target(kassa_generated)

function(kassa_embed target symbol)
  set(out ${CMAKE_BINARY_DIR}/generated/embedded)
  add_custom_command(
    OUTPUT ${out}/${symbol}.cpp ${out}/${symbol}.hpp
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol} -DOUT=${out} "-DFILES=${ARGN}" -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
  add_custom_target(embedded_${symbol} DEPENDS ${out}/${symbol}.hpp)
  add_dependencies(kassa_generated embedded_${symbol})
  target_sources(${target} PRIVATE ${out}/${symbol}.cpp)
  set_source_files_properties(${out}/${symbol}.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/generated)
endfunction()
