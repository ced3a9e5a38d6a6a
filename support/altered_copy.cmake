# altered_copy(SOURCE COPY TEXT REPLACEMENT PLACE): COPY is SOURCE with TEXT, which it has to contain, replaced. PLACE is what
# has to be adapted when it no longer does.
function(altered_copy source copy text replacement place)
  file(READ ${source} content)
  string(FIND "${content}" "${text}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "${place}: ${source} has no text \"${text}\"; adapt it")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  string(REPLACE "${text}" "${replacement}" content "${content}")
  # Written only when changed, so that a new configuration does not build all variants again.
  file(CONFIGURE OUTPUT ${copy} CONTENT "${content}" @ONLY)
endfunction()
