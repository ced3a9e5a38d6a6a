# Writes the revision of the source tree as a C string literal: cmake -DSOURCE=... -DOUTPUT=... -P revision.cmake
execute_process(
  COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12
  OUTPUT_VARIABLE revision
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
  RESULT_VARIABLE failed)
if(failed)
  set(revision unknown)
endif()
# Untouched if it is the same, so that nothing is built again.
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "\"${revision}\"\n")
