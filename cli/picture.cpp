#include "cli/picture.hpp"

#include "support/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <system_error>

namespace vtlcheck::cli {
namespace {

using model::LogSite;

constexpr const char* no_gnuplot =
    "there is no gnuplot to draw the picture with; install it (Debian: apt-get install gnuplot-nox) or leave the "
    "picture out";

/// Points that a curve keeps: more cannot be told apart.
constexpr std::size_t curve_points = 2000;

// Told apart by people who see colours otherwise, too (Okabe, Ito).
constexpr std::array site_colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
                                  "#56b4e9", "#7a5c00", "#6a3d9a", "#b2182b", "#4d4d4d"};
constexpr const char* partition_colour = "#000000";
constexpr const char* bound_colour = "#6b7280";

const char* colour_of(std::size_t site) { return site_colours.at(site - 1); }

/// Text for a string of gnuplot in single quotes.
std::string single_quoted(std::string_view text) {
    std::string safe = "'";
    for (const char c : text) {
        if (c == '\'') {
            safe += "''";
        } else {
            safe += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
        }
    }
    return safe + "'";
}

std::string interval_text(std::uint64_t nanoseconds) {
    std::string text;
    conformance::append_duration(text, nanoseconds);
    return text;
}

/// Labels of an axis up to `most`, with separators of thousands, which gnuplot has with some locales only.
std::string tics(double most, bool logarithmic) {
    const auto end = static_cast<std::uint64_t>(most);
    std::string text;
    const auto add = [&](std::uint64_t value) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", single_quoted(grouped(value)), value);
    };
    if (logarithmic) {
        for (std::uint64_t value = 1; value <= end; value *= end > 10'000'000 ? 100 : 10) {
            add(value);
        }
        return text;
    }
    // The first of 1, 2, 5, 10, 20, 50 and so on that makes five or fewer.
    std::uint64_t step = 1;
    for (unsigned i = 0; end / step > 5; ++i) {
        step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    }
    for (std::uint64_t value = 0; value <= end; value += step) {
        add(value);
    }
    return text;
}

/// A curve as gnuplot gets it.
struct Curve {
    std::string title;
    std::string colour;
    std::string points; ///< "seconds count", a line each
    double width = 1.5;
};

class Drawing {
public:
    explicit Drawing(const BudgetPicture& picture) : picture_(picture) {
        origin_ = picture.suppressed.origin().value_or(~std::uint64_t{0});
        end_ = 0;
        for (const auto& line : picture.lines) {
            origin_ = std::min(origin_, line.time);
            end_ = std::max(end_, line.time);
        }
        if (const auto begin = picture.suppressed.origin()) {
            for (std::size_t site = 1; site < model::log_site_count; ++site) {
                const auto& counts = picture.suppressed.of(static_cast<LogSite>(site));
                for (std::size_t i = counts.size(); i > 0; --i) {
                    if (counts[i - 1] != 0) {
                        end_ = std::max(end_, *begin + (i - 1) * picture.suppressed.width());
                        break;
                    }
                }
            }
        }
        // One instant has no width to draw; a bound's first interval has.
        span_ = end_ > origin_ ? seconds(end_) : 1;
    }

    std::string script() {
        std::vector<Curve> lines = line_curves();
        std::vector<Curve> suppressed = suppressed_curves();
        std::string text = fmt::format("set terminal svg size 1080,760 dynamic font 'DejaVu Sans,13' background "
                                       "'#ffffff' name 'log_budget'\n"
                                       "set encoding utf8\n"
                                       "set multiplot title {} noenhanced font ',15'\n"
                                       "set lmargin at screen 0.12\nset rmargin at screen 0.70\n"
                                       "set border 3 lc rgb '#5b6575'\nset tics nomirror out scale 0.5\n"
                                       "set grid lc rgb '#dde1e8' lw 1\n"
                                       "set xrange [0:{}]\nset samples 3000\n",
                                       single_quoted(picture_.title), span_);
        text += panel("lines (cumulative)", 0.925, 0.545, lines, true);
        text += panel("suppressed attempts (cumulative)", 0.455, 0.085, suppressed, false);
        return text + "unset multiplot\n";
    }

private:
    [[nodiscard]] double seconds(std::uint64_t time) const {
        return time < origin_ ? 0 : static_cast<double>(time - origin_) / 1e9;
    }
    [[nodiscard]] double bound(const conformance::LineLimit& limit) const {
        return static_cast<double>(limit.burst) + std::floor(span_ * 1e9 / static_cast<double>(limit.interval));
    }

    /// Steps of the lines that `wanted` chooses, up to the end of the picture.
    template <class Wanted>
    Curve steps(const std::string& title, const char* colour, Wanted&& wanted) {
        std::vector<std::uint64_t> times;
        for (const auto& line : picture_.lines) {
            if (wanted(line)) {
                times.push_back(line.time);
            }
        }
        std::sort(times.begin(), times.end());
        Curve curve{
            .title = fmt::format("{}: {}", title, counted(times.size(), "line")), .colour = colour, .points = "0 0\n"};
        const std::size_t stride = times.size() / curve_points + 1;
        for (std::size_t i = 0; i < times.size(); ++i) {
            if (i % stride == 0 || i + 1 == times.size()) {
                curve.points += fmt::format("{:.9g} {}\n", seconds(times[i]), i + 1);
            }
        }
        curve.points += fmt::format("{} {}\n", span_, times.size());
        most_lines_ = std::max(most_lines_, static_cast<double>(times.size()));
        return curve;
    }

    std::vector<Curve> line_curves() {
        std::vector<Curve> curves;
        curves.push_back(steps("partition", partition_colour, [](const EmittedLine&) { return true; }));
        for (std::size_t site = 1; site < model::log_site_count; ++site) {
            const auto is_of = [site](const EmittedLine& line) { return static_cast<std::size_t>(line.site) == site; };
            if (std::any_of(picture_.lines.begin(), picture_.lines.end(), is_of)) {
                curves.push_back(steps(conformance::word(static_cast<LogSite>(site)), colour_of(site), is_of));
            }
        }
        set_widths(curves);
        return curves;
    }

    std::vector<Curve> suppressed_curves() {
        std::vector<Curve> curves;
        const auto& suppressed = picture_.suppressed;
        for (std::size_t site = 1; site < model::log_site_count; ++site) {
            const auto& counts = suppressed.of(static_cast<LogSite>(site));
            std::uint64_t total = 0;
            std::string points;
            for (std::size_t i = 0; i < counts.size(); ++i) {
                if (counts[i] != 0) {
                    total += counts[i];
                    points += fmt::format("{:.9g} {}\n", seconds(suppressed.origin().value() + i * suppressed.width()),
                                          total);
                }
            }
            if (total != 0) {
                most_suppressed_ = std::max(most_suppressed_, static_cast<double>(total));
                points += fmt::format("{} {}\n", span_, total);
                least_suppressed_ = std::min(least_suppressed_, static_cast<double>(total));
                curves.push_back(
                    {.title = fmt::format("{}: {}", conformance::word(static_cast<LogSite>(site)), grouped(total)),
                     .colour = colour_of(site),
                     .points = points});
            }
        }
        set_widths(curves);
        return curves;
    }

    /// Curves that lie upon each other are all seen: the first is the widest.
    static void set_widths(std::vector<Curve>& curves) {
        for (std::size_t i = 0; i < curves.size(); ++i) {
            curves[i].width = 1.5 + std::min(2.5, 1.2 * static_cast<double>(curves.size() - 1 - i));
        }
    }

    std::string panel(const char* title, double top, double bottom, const std::vector<Curve>& curves, bool is_lines) {
        const auto& limits = picture_.report.limits;
        const bool bounds = is_lines && picture_.report.active;
        const double highest = bounds ? std::max({bound(limits.site), bound(limits.total), most_lines_})
                                      : std::max(1.0, is_lines ? most_lines_ : most_suppressed_);
        // Few lines far below their bound, or counts of all sizes, are seen on a logarithmic axis only.
        const bool logarithmic =
            is_lines ? bounds && highest > 20 * std::max(most_lines_, 1.0) : highest > 50 * least_suppressed_;
        std::string text;
        for (std::size_t i = 0; i < curves.size(); ++i) {
            text += fmt::format("${}{} << EOD\n{}EOD\n", is_lines ? "line" : "suppressed", i, curves[i].points);
        }
        text += fmt::format("set tmargin at screen {}\nset bmargin at screen {}\n"
                            "set key at screen 0.715,{} left top Left reverse noenhanced spacing 1.25 samplen 1.5\n"
                            "set ylabel '{}{}' noenhanced\nunset label\n",
                            top, bottom, top, title, logarithmic ? ", log scale" : "");
        text += is_lines ? "unset xlabel\n" : fmt::format("set xlabel {}\n", single_quoted(x_label()));
        text += logarithmic ? fmt::format("set logscale y\nset yrange [0.8:{}]\n", highest * 1.5)
                            : fmt::format("unset logscale y\nset yrange [0:{}]\n", highest * 1.08);
        text += fmt::format("set ytics ({})\n", tics(highest * (logarithmic ? 1.5 : 1.08), logarithmic));
        text += "set format x '%g'\n";
        std::string plots;
        const auto add = [&](const std::string& plot) { plots += (plots.empty() ? "plot " : ", ") + plot; };
        for (std::size_t i = 0; i < curves.size(); ++i) {
            add(fmt::format("${}{} using 1:2 with steps lw {} lc rgb '{}' title {}", is_lines ? "line" : "suppressed",
                            i, curves[i].width, curves[i].colour, single_quoted(curves[i].title)));
        }
        if (bounds) { // last: a curve that has reached its bound does not hide it
            const auto bound_curve = [&](const char* whose, const conformance::LineLimit& limit, const char* dash) {
                add(fmt::format("{}+floor(x*1e9/{}.0) with lines lw 1.5 dt '{}' lc rgb '{}' title {}", limit.burst,
                                limit.interval, dash, bound_colour,
                                single_quoted(fmt::format("{} bound: {} + 1 per {}", whose, grouped(limit.burst),
                                                          interval_text(limit.interval)))));
            };
            bound_curve("partition's", limits.total, "-");
            bound_curve("site's", limits.site, ".");
        }
        if (curves.empty()) {
            text +=
                fmt::format("set label 1 'nothing was suppressed' at graph 0.5,0.5 center textcolor rgb '#5b6575'\n");
            add("-1 notitle");
        }
        return text + plots + "\n";
    }

    [[nodiscard]] std::string x_label() const {
        return origin_ == 0 || origin_ == ~std::uint64_t{0}
                   ? std::string("time (s)")
                   : fmt::format("time since the first attempt or line (s); that was at {:.6g} s",
                                 static_cast<double>(origin_) / 1e9);
    }

    const BudgetPicture& picture_;
    std::uint64_t origin_ = 0;
    std::uint64_t end_ = 0;
    double span_ = 1;
    double most_lines_ = 0;
    double most_suppressed_ = 0;
    double least_suppressed_ = std::numeric_limits<double>::infinity(); ///< of the sites with any
};

/// gnuplot without the user's own settings.
std::optional<support::ProcessResult> gnuplot(std::string_view script) {
    try {
        return support::run_process({"gnuplot", "-d"}, script);
    } catch (const std::system_error& error) {
        throw UsageError(fmt::format("cannot run gnuplot: {}", error.what()));
    }
}

} // namespace

void expect_gnuplot() {
    if (!gnuplot("")) {
        throw UsageError(no_gnuplot);
    }
}

std::string svg(const BudgetPicture& picture) {
    const auto drawn = gnuplot(Drawing(picture).script());
    if (!drawn) {
        throw UsageError(no_gnuplot);
    }
    if (drawn->exit_code != 0 || drawn->out.find("</svg>") == std::string::npos) {
        std::string why = drawn->err.substr(
            drawn->err.find_first_not_of('\n') == std::string::npos ? 0 : drawn->err.find_first_not_of('\n'));
        why = why.substr(0, 200);
        std::replace(why.begin(), why.end(), '\n', ' ');
        throw UsageError(fmt::format("gnuplot made no picture (exit code {}): {}", drawn->exit_code, why));
    }
    return drawn->out;
}

} // namespace vtlcheck::cli
