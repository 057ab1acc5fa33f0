# Installs the build into a folder of its own, then builds and runs a program that finds it by find_package(attnviz).
cmake_minimum_required(VERSION 3.25)
set(prefix ${BUILD}/install-test)
file(REMOVE_RECURSE ${prefix} ${prefix}-build)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${prefix}-build -G ${GENERATOR} -DCMAKE_MAKE_PROGRAM=${MAKE_PROGRAM}
    -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_PREFIX_PATH=${prefix} -DSANITIZE=${SANITIZE})
run(${CMAKE_COMMAND} --build ${prefix}-build)
run(${prefix}-build/consumer)
if(NOT output MATCHES "base: [0-9]+ patches, 2 words; even weight 0.1")
  message(FATAL_ERROR "the consumer said: ${output}")
endif()
