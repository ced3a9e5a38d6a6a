// Claims: what the bitcode of the implementation does is what the specification says, for every state and every exit.
//
// One claim for every kind of exit. Wherever the state before is valid (claim VALUES), bitmaps and controls are in step with
// it and the limits of the log budget are acceptable,
//
// - the call returns VTL_OK, and nothing that LLVM leaves undefined happens;
// - every field of the outcome is the specification's, what the log budget makes of it included;
// - every field of the state is the specification's: VP, its VTLs, partition, slots; other VPs' slots are as they were;
// - MSR bitmaps and controls are in step with it again;
// - the words of the log budget are the specification's budget, and the rings of lines and audit records hold what the
//   outcome says.
//
// Claims are ordinary ones (proofs/claim.hpp). Partitions have two VPs, of which VP 0 exits; other VPs keep out of the log
// budget meanwhile. What products and sums in the log budget come to is left open where both hands form the same. Exits that
// name a register have an obligation for each row of the register table, and some about all other names at once.
#pragma once

#include "proofs/claim.hpp"

#include <string>
#include <vector>

namespace vtlcheck::refinement {

/// The claims about the bitcode in the file `bitcode`, which is read when a claim is put: what cannot be read or lifted is
/// an exception of the claim's, one line.
[[nodiscard]] std::vector<proofs::Claim> claims(const std::string& bitcode);

} // namespace vtlcheck::refinement
