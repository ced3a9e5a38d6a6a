// The chapters of the book of claims.
#pragma once

#include "proofs/claim.hpp"

#include <vector>

namespace vtlcheck::proofs {

std::vector<Claim> step_claims();         ///< every exit has one outcome, and what outcomes have in common
std::vector<Claim> privilege_claims();    ///< VTL1 against VTL0
std::vector<Claim> msr_claims();          ///< what accesses do
std::vector<Claim> value_claims();        ///< what registers may hold
std::vector<Claim> log_claims();          ///< what the host learns
std::vector<Claim> log_budget_claims();   ///< how much, and what of it is counted and reported
std::vector<Claim> register_claims();     ///< reading and writing registers by hypercall
std::vector<Claim> interception_claims(); ///< what VTL1 claims besides MSRs, and its messages
std::vector<Claim> vtl_claims();          ///< the VTL state machine
std::vector<Claim> host_claims();         ///< the host side, the guard and the audit

} // namespace vtlcheck::proofs
