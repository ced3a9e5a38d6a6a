# Broken variants of impl/, each with one seeded fault, and the test that the differential check finds it.
#
# seeded_fault(<name> <clause> <file> <text> <replacement>) copies impl/src, replaces <text> in <file> (which has to
# contain it), builds it and expects a divergence decided by a clause that starts with <clause>.
function(seeded_fault name clause file text replacement)
  set(source ${PROJECT_SOURCE_DIR}/impl/src)
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/faults/${name})
  file(GLOB originals CONFIGURE_DEPENDS ${source}/*.cpp ${source}/*.h)
  set(sources "")
  foreach(original ${originals})
    get_filename_component(leaf ${original} NAME)
    file(READ ${original} content)
    if(leaf STREQUAL file)
      string(FIND "${content}" "${text}" found)
      if(found EQUAL -1)
        message(FATAL_ERROR "seeded fault ${name}: impl/src/${file} has no text \"${text}\"; adapt proptests/tests")
      endif()
      string(REPLACE "${text}" "${replacement}" content "${content}")
    endif()
    # Written only when changed, so that a new configuration does not build all variants again.
    file(CONFIGURE OUTPUT ${copy}/${leaf} CONTENT "${content}" @ONLY)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${original})
    if(leaf MATCHES "\\.cpp$")
      list(APPEND sources ${copy}/${leaf})
    endif()
  endforeach()
  add_library(fault_${name} STATIC ${sources})
  target_include_directories(fault_${name} PRIVATE ${PROJECT_SOURCE_DIR}/impl/include)
  # A fault may leave something unused; that is not what is tested here.
  target_compile_options(fault_${name} PRIVATE -ffreestanding -fno-exceptions -fno-rtti -w -O1)
  add_executable(conform_fault_${name} ${CMAKE_CURRENT_SOURCE_DIR}/tests/fault_tests.cpp)
  target_compile_definitions(conform_fault_${name} PRIVATE FAULT="${name}" EXPECTED_CLAUSE="${clause}")
  target_link_libraries(conform_fault_${name} PRIVATE vtlcheck_proptests vtlcheck_builtin_subject fault_${name}
                                                      GTest::gtest_main)
  gtest_discover_tests(conform_fault_${name} TEST_PREFIX "fault.${name}.")
endfunction()

seeded_fault(table_constant "MSR-R-35" msr_rows.h [[.constant = 0x400}]] [[.constant = 0x500}]])
seeded_fault(table_row_missing "MSR-" msr_rows.h
             [[{.first = msr::MSR_PPIN_CTL, .read = Read::constant, .write = Write::ignore},]] "")
seeded_fault(table_claim_bit "MSR-W-" msr_rows.h
             [[.write = Write::star, .claim = control_bit(8)]] [[.write = Write::star, .claim = control_bit(7)]])
# The local APIC is asked before VTL1's claim.
seeded_fault(stage_order "MSR-W-0" msr_write.cpp [[(vp.state.vp.intercept_control & rule.claim) != 0)]]
             [[(vp.state.vp.intercept_control & rule.claim) != 0 && rule.write != Write::apic_base)]])
seeded_fault(value_rule_efer "MSR-W-35" msr_write.cpp [[|| (efer & EFER_NXE) == 0)]] ")")
seeded_fault(value_rule_canonical "MSR-W-3" msr_write.cpp [[la57 ? bit(56) : bit(47)]] [[la57 ? bit(47) : bit(47)]])
seeded_fault(value_rule_xss "MSR-W-47" msr_write.cpp [[~(config.xss_supported & XSS_VIRTUALISED)]] [[~XSS_VIRTUALISED]])
seeded_fault(rip_not_truncated "" outcome.h [[outcome.rip = code64 ? next : low32(next);]] [[outcome.rip = next;]])
seeded_fault(rip_not_advanced "" outcome.h [[exit.rip + high32(exit.info[VTL_INFO_R11])]] [[exit.rip]])
seeded_fault(vtl_index_state "MSR-W-" msr_write.cpp [[vtl_vtl_state& state = vp.state.vtl[exit.vtl];]]
             [[vtl_vtl_state& state = vp.state.vtl[0];]])
seeded_fault(vtl_index_partition "MSR-W-" msr_write.cpp [[partition.vtl[exit.vtl].guest_os_id = value;]]
             [[partition.vtl[1 - exit.vtl].guest_os_id = value;]])
seeded_fault(bitmap_claim "" bitmap.cpp [[(control & PL_SSP_CONTROL) != 0 ? PL_SSP_CLAIM : 0]]
             [[(control & S_CET_CONTROL) != 0 ? PL_SSP_CLAIM : 0]])
seeded_fault(error_code_in_real_mode "" outcome.h
             [[(exit.cr0 & CR0_PE) != 0 ? EVENT_GP | EVENT_DELIVER_ERROR_CODE : EVENT_GP]]
             [[EVENT_GP | EVENT_DELIVER_ERROR_CODE]])
seeded_fault(interrupt_while_polling "MSR-W-52" intercept.cpp
             [[const bool interrupt = posted && (sint0 & SINT_POLLING) == 0;]] [[const bool interrupt = posted;]])
seeded_fault(unknown_write_not_logged "MSR-W-51" msr_write.cpp
             [[attempt_log(outcome, VTL_LOG_UNKNOWN_WRITE, number, value);]] "")
