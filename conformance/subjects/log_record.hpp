// What the C ABI says of the log, in the words of the subject interface.
#pragma once

#include "conformance/subjects/subject.hpp"
#include "impl/include/vtl_intercept.h"

namespace vtlcheck::conformance {

inline LogRecord to_record(const vtl_log_record& record) {
    return {.host = {.time = record.host.time,
                     .suppressed = record.host.suppressed,
                     .number = record.host.number,
                     .vp = record.host.vp,
                     .line = record.host.line,
                     .site = record.host.site,
                     .vtl = record.host.vtl},
            .value = record.confidential.value};
}

inline LogTotals to_totals(const vtl_log_counters& counters) {
    return {.emitted = counters.emitted,
            .suppressed = counters.suppressed,
            .reported = counters.reported,
            .summaries = counters.summaries};
}

} // namespace vtlcheck::conformance
