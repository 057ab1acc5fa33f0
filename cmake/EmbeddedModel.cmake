# attnviz_embed_model(room file): puts a model file into a room's objects, so that the program carries it in itself.
# The assembler copies the bytes (.incbin): no generated source of many megabytes, no copy at start.
function(attnviz_embed_model room file)
  set(ATTNVIZ_MODEL_FILE ${file})
  set(source ${PROJECT_BINARY_DIR}/embedded_model.S)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/embedded_model.S.in ${source} @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(attnviz_${room} PRIVATE ${source})
endfunction()
