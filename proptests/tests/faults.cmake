# Broken variants of impl/, each with one seeded fault, and the test that the differential check finds it.
#
# seeded_fault(<name> <clause> <file> <text> <replacement>) replaces <text> in a copy of <file> of impl/src (which has to
# contain it), builds what depends on it and expects a divergence decided by a clause that starts with <clause>, shown by
# 3 exits at most or as many as a sixth argument says; and that a conformance vector fails.
add_library(fault_tests OBJECT ${CMAKE_CURRENT_SOURCE_DIR}/tests/fault_tests.cpp)
target_link_libraries(fault_tests PUBLIC vtlcheck_vectors vtlcheck_proptests vtlcheck_builtin_subject GTest::gtest_main)

function(seeded_fault name clause file text replacement)
  set(most 3)
  if(ARGC GREATER 5)
    set(most ${ARGV5})
  endif()
  set(source ${PROJECT_SOURCE_DIR}/impl/src)
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/faults/${name})
  altered_copy(${source}/${file} ${copy}/${file} "${text}" "${replacement}"
               "seeded fault ${name} of proptests/tests/faults.cmake")

  # A fault of one source file needs that one: the linker takes the others from the library. A header's is in all.
  set(sources ${copy}/${file})
  if(NOT file MATCHES "\\.cpp$")
    file(GLOB originals CONFIGURE_DEPENDS ${source}/*.cpp ${source}/*.h)
    set(sources "")
    foreach(original ${originals})
      # A copy, of headers too, since a quoted include looks beside the file first.
      get_filename_component(leaf ${original} NAME)
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${original})
      if(NOT leaf STREQUAL file)
        configure_file(${original} ${copy}/${leaf} COPYONLY)
      endif()
      if(leaf MATCHES "\\.cpp$")
        list(APPEND sources ${copy}/${leaf})
      endif()
    endforeach()
  endif()
  file(CONFIGURE OUTPUT ${copy}/which_fault.cpp CONTENT
       "extern const char* const fault_name;\nextern const char* const expected_clause;\nextern const unsigned most_exits;\nconst char* const fault_name = \"${name}\";\nconst char* const expected_clause = \"${clause}\";\nconst unsigned most_exits = ${most};\n" @ONLY)
  add_library(fault_${name} OBJECT ${sources} ${copy}/which_fault.cpp)
  target_include_directories(fault_${name} PRIVATE ${copy} ${source} ${PROJECT_SOURCE_DIR}/impl/include)
  # A fault may leave something unused; that is not what is tested here.
  target_compile_options(fault_${name} PRIVATE -ffreestanding -fno-exceptions -fno-rtti -w -O1)
  add_executable(conform_fault_${name} $<TARGET_OBJECTS:fault_tests> $<TARGET_OBJECTS:fault_${name}>)
  target_link_libraries(conform_fault_${name} PRIVATE vtlcheck_vectors vtlcheck_proptests vtlcheck_builtin_subject
                                                      vtl_intercept GTest::gtest_main)
  gtest_discover_tests(conform_fault_${name} TEST_PREFIX "fault.${name}." TEST_FILTER -*.FailsAVector)
  gtest_discover_tests(
    conform_fault_${name} TEST_PREFIX "fault.${name}." TEST_LIST slow_fault_${name} TEST_FILTER *.FailsAVector
    PROPERTIES LABELS slow FIXTURES_REQUIRED vectors ENVIRONMENT VTLCHECK_VECTORS=${VTLCHECK_VECTORS})
endfunction()

seeded_fault(table_constant "MSR-R-35" msr_rows.h [[.constant = 0x400}]] [[.constant = 0x500}]])
seeded_fault(table_row_missing "MSR-" msr_rows.h
             [[{.first = msr::MSR_PPIN_CTL, .read = Read::constant, .write = Write::ignore},]] "")
seeded_fault(table_claim_bit "MSR-W-" msr_rows.h
             [[.write = Write::star, .claim = control_bit(8)]] [[.write = Write::star, .claim = control_bit(7)]])
# The local APIC is asked before VTL1's claim.
seeded_fault(stage_order "MSR-W-0" msr_write.cpp [[(vp.state.vp.intercept_control & rule.claim) != 0)]]
             [[(vp.state.vp.intercept_control & rule.claim) != 0 && rule.write != Write::apic_base)]])
# A rule of a value is one for all ways in, so any of them may show it.
seeded_fault(value_rule_efer "" value_rules.h [[ && (efer & EFER_NXE) != 0;]] ";")
seeded_fault(value_rule_canonical "" value_rules.h [[la57 ? bit(56) : bit(47)]] [[bit(47)]])
seeded_fault(value_rule_xss "" value_rules.h [[~(config.xss_supported & XSS_VIRTUALISED)]] [[~XSS_VIRTUALISED]])
seeded_fault(value_rule_entry "" value_rules.h [[if ((cr4 & CR4_PCIDE) != 0 && !lma)]] [[if ((cr4 & CR4_PCIDE) != 0 && false)]])
seeded_fault(value_rule_xcr0 "" value_rules.h [[(xcr0 & mpx) != 0 && (xcr0 & mpx) != mpx]] [[false]])
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
seeded_fault(interrupt_while_polling "" message.cpp [[message.interrupt = (sint0 & SINT_POLLING) == 0;]]
             [[message.interrupt = true;]])
seeded_fault(unknown_write_not_logged "MSR-W-51" msr_write.cpp
             [[attempt_log(outcome, VTL_LOG_UNKNOWN_WRITE, number, value);]] "")

# The privilege half.
seeded_fault(registers_of_higher_vtl "REG-H-05" guest_registers.cpp
             [[target > exit.vtl ? HV_STATUS_ACCESS_DENIED]] [[target > 1 ? HV_STATUS_ACCESS_DENIED]])
seeded_fault(registers_of_own_vtl "REG-G-01" guest_registers.cpp
             [[return target == own ? HV_STATUS_ACCESS_DENIED : HV_STATUS_SUCCESS;]] [[return HV_STATUS_SUCCESS;]])
seeded_fault(vsm_without_privilege "REG-G-06" guest_registers.cpp [[own == 0 && !config.access_vsm]] [[false]])
seeded_fault(set_in_wrong_vtl "REG-W-" register_access.cpp
             [[vtl_vtl_state& state = vp.state.vtl[target];
    vtl_vp_shared_state& shared]]
             [[vtl_vtl_state& state = vp.state.vtl[exit.vtl];
    vtl_vp_shared_state& shared]])
seeded_fault(mask_not_armed "REG-W-26" register_access.cpp
             [[word_at<std::uint64_t>(shared, row, name) = value;
        follow_state(vp);]]
             [[word_at<std::uint64_t>(shared, row, name) = value;]])
seeded_fault(list_ends_early "REG-" hypercall.cpp [[list.start + 1;]] [[list.count;]])
seeded_fault(output_misaligned "HVC-07" hypercall.cpp [[((input_address | output_address) & 7) != 0]]
             [[(input_address & 7) != 0]])
seeded_fault(refusal_not_audited "REG-" hypercall.cpp [[if (names_other_vtl(exit))]]
             [[if (names_other_vtl(exit) && verdict.granted())]])
seeded_fault(audit_without_time "" audit.cpp [[record.time = exit.now;]] [[record.time = 0;]])
seeded_fault(enable_by_vtl0_again "VTL-E-05" vtl_state.cpp [[(vsm.vtl1_on_any_vp || target != vp.index)]]
             [[target != vp.index]])
seeded_fault(startup_not_denied "" vtl_state.cpp
             [[return exit.vtl == 0 && (partition.vsm.partition_config & VSM_CONFIG_DENY_STARTUP) != 0;]]
             [[return false;]])
seeded_fault(slot_not_emptied "CTL-09" vtl_state.cpp [[slot.start_pending = false;]] "")
seeded_fault(context_conforming_stack "VTL-" context.cpp [[return (type & CODE) == 0 || dpl_of(cs) <= dpl_of(ss);]]
             [[return true;]])
seeded_fault(return_keeps_tlb_lock "VTL-S-0" vtl_switch.cpp [[shared.tlb_locked = false;]] "")
seeded_fault(event_without_code "VTL-S-05" vtl_switch.cpp [[outcome.event_error_code = high32(event);]] "")
seeded_fault(vtl0_not_held "" vtl_switch.cpp [[shared.intercept_pending ? VTL_HOLD : VTL_ENTER_VTL0]] [[VTL_ENTER_VTL0]])
seeded_fault(la57_in_long_mode "CR-07" control_registers.cpp [[(change & CR4_LA57) != 0 &&]] [[false &&]] 4)
seeded_fault(claim_without_mask "CR-0" control_registers.cpp [[(change & shared.cr4_mask) != 0]] [[true]])
seeded_fault(guard_open "SPEC-01" guard.cpp [[config.untrusted_synic && ]] "")
seeded_fault(timeouts_bound "" guard.cpp [[TIMEOUTS_MAX = 8;]] [[TIMEOUTS_MAX = 9;]])
seeded_fault(capabilities_unfiltered "SPEC-05" host_access.cpp [[~(bit(35) - 1) | bit(30)]] [[~(bit(35) - 1)]])
seeded_fault(kernel_reaches_all "HOST-" host_access.cpp [[origin != VTL_ORIGIN_KERNEL || route == VTL_ROUTE_KERNEL_IOCTL]]
             [[true]])

# The log budget.
seeded_fault(log_burst_one_more "LOG-" log_protocol.h [[(config_.log_burst - 1) * config_.log_interval]]
             [[config_.log_burst * config_.log_interval]])
seeded_fault(log_reserve_one_less "LOG-" log_protocol.h [[LOG_RESERVE = 10]] [[LOG_RESERVE = 9]])
seeded_fault(log_step_back_refills "LOG-" log_protocol.h [[return later(full_time, now) + interval;]]
             [[return now + interval;]])
seeded_fault(log_end_of_time_open "LOG-" log_protocol.h [[return later(full_time, now) <= WORD_MAX - interval;]]
             [[return true;]])
seeded_fault(log_report_told_twice "LOG-" log_protocol.h [[if (memory_.compare_exchange(word, reported, sum))]]
             [[if (sum != 0)]])
seeded_fault(log_attempt_not_counted "LOG-" log_protocol.h [[raise(memory_, logs_[vp].suppressed[site]);]] "")
seeded_fault(log_limits_leave_a_burst "LOG-" log_budget.cpp [[exit.now + burst * interval;]] [[exit.now;]])
seeded_fault(log_active_on_vbs "" log_budget.h [[config.isolation >= VTL_ISOLATION_SNP]]
             [[config.isolation >= VTL_ISOLATION_VBS]])
seeded_fault(log_line_without_value "LOG-" log_budget.cpp [[record.confidential.value = outcome.log_value;]] "")
seeded_fault(census_without_error "" census.h [[memory.store_release(sketch.error[n], least);]] "" 33)

# sweep_fault(<name> <sweep> [<first> <last>]): that sweep finds the seeded fault, the one of MSRs within these numbers.
function(sweep_fault name sweep)
  set(first 0)
  set(last 0)
  if(ARGC GREATER 3)
    set(first ${ARGV2})
    set(last ${ARGV3})
  endif()
  add_executable(sweep_fault_${name} tests/sweep_fault_tests.cpp $<TARGET_OBJECTS:fault_${name}>)
  target_compile_definitions(
    sweep_fault_${name} PRIVATE VTLCHECK_SWEEP="${sweep}" VTLCHECK_SWEEP_FIRST=${first} VTLCHECK_SWEEP_LAST=${last})
  target_link_libraries(sweep_fault_${name} PRIVATE vtlcheck_proptests vtlcheck_builtin_subject vtl_intercept
                                                    GTest::gtest_main)
  gtest_discover_tests(sweep_fault_${name} TEST_PREFIX "sweep_fault.${name}.")
endfunction()

sweep_fault(table_row_missing msr 0x40 0x5F)
sweep_fault(value_rule_efer msr 0xC0000080 0xC0000080)
sweep_fault(unknown_write_not_logged msr 0x50000000 0x500003FF)
sweep_fault(rip_not_truncated msr 0x10 0x1FF)
sweep_fault(bitmap_claim bitmap)
sweep_fault(registers_of_own_vtl register)
sweep_fault(kernel_reaches_all register)
sweep_fault(refusal_not_audited register)
