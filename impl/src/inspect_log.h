// The log budget and the census in the JSON view.
#ifndef VTL_IMPL_INSPECT_LOG_H
#define VTL_IMPL_INSPECT_LOG_H

#include "json.h"
#include "vtl_intercept.h"

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// VPs may run meanwhile.
void write_log(Json& json, const vtl_partition& partition);
void write_census(Json& json, const vtl_partition& partition);

} // namespace vtl_intercept

#endif
