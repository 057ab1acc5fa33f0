# attnviz_embed(room symbol file): puts a file into a room's objects, between <symbol>_begin and <symbol>_end. The assembler
# copies the bytes (.incbin): no generated source of many megabytes, no copy at start.
function(attnviz_embed room symbol file)
  set(source ${PROJECT_BINARY_DIR}/${symbol}.S)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/embedded_file.S.in ${source} @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(attnviz_${room} PRIVATE ${source})
endfunction()

# attnviz_find_models(room folder): tells the room where an installed program finds the other models, seen from itself, and
# puts them beside the program that is built here (src/model/model_files.cpp).
function(attnviz_find_models room folder)
  include(GNUInstallDirs)
  file(RELATIVE_PATH from_program ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/attnviz/models)
  target_compile_definitions(attnviz_${room} PRIVATE ATTNVIZ_MODELS_FROM_PROGRAM="${from_program}")
  file(CREATE_LINK ${folder} ${PROJECT_BINARY_DIR}/models SYMBOLIC)
endfunction()
