// The claim that setting up and restoring put in place what every exit is proved to keep.
#pragma once

#include "lifting/module.hpp"
#include "proofs/claim.hpp"

namespace vtlcheck::refinement {

/// Adds the obligations about vtl_partition_init(), vtl_vp_init() and vtl_vp_restore().
void put_setup(proofs::Goal& goal, const lifting::Module& module);

} // namespace vtlcheck::refinement
