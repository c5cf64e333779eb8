#include "runtime/metrics.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace runtime {
namespace {

constexpr std::array request_bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                    0.5,   1.0,    2.5,   5.0,  10.0,  30.0, 60.0};

std::string number(double value) {
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}

std::string escaped(std::string_view text, bool in_quotes) {
    std::string result;
    for (const char character : text) {
        if (character == '\n') {
            result += "\\n";
        } else if (character == '\\' || (character == '"' && in_quotes)) {
            result.append({'\\', character});
        } else {
            result += character;
        }
    }
    return result;
}

std::string labels_text(const MetricName& name, const LabelValues& values, std::string_view bound = {}) {
    std::string text;
    const auto add = [&](std::string_view label, std::string_view value) {
        text.append(text.empty() ? "{" : ",").append(label).append("=\"").append(escaped(value, true)).append("\"");
    };
    for (std::size_t i = 0; i < name.labels.size() && i < values.size(); ++i)
        add(name.labels[i], values[i]);
    if (!bound.empty()) add("le", bound);
    return text.empty() ? text : text + "}";
}

void write_head(std::string& out, const MetricName& name, std::string_view type) {
    out.append("# HELP ").append(name.name).append(" ").append(escaped(name.help, false)).append("\n");
    out.append("# TYPE ").append(name.name).append(" ").append(type).append("\n");
}

void write_sample(std::string& out, std::string_view name, std::string_view labels, double value) {
    out.append(name).append(labels).append(" ").append(number(value)).append("\n");
}

void write_histogram(std::string& out, const MetricName& name, const LabelValues& values, const Histogram& histogram) {
    const auto counts = histogram.counts();
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        total += counts[i];
        const std::string bound = i < histogram.bounds().size() ? number(histogram.bounds()[i]) : "+Inf";
        write_sample(out, name.name + "_bucket", labels_text(name, values, bound), static_cast<double>(total));
    }
    write_sample(out, name.name + "_sum", labels_text(name, values), histogram.sum());
    write_sample(out, name.name + "_count", labels_text(name, values), static_cast<double>(total));
}

template <class Series>
std::string simple_text(const Family<Series>& family, std::string_view type) {
    std::string out;
    write_head(out, family.name(), type);
    family.each([&](const LabelValues& values, const Series& series) {
        write_sample(out, family.name().name, labels_text(family.name(), values), series.value());
    });
    return out;
}

std::string histogram_text(const Family<Histogram>& family) {
    std::string out;
    write_head(out, family.name(), "histogram");
    family.each([&](const LabelValues& values, const Histogram& series) {
        write_histogram(out, family.name(), values, series);
    });
    return out;
}

template <class Families, class Make>
auto& find_or_make(Families& families, MetricName name, Make make) {
    auto& place = families[name.name];
    if (!place) place = make(std::move(name));
    return *place;
}

}  // namespace

std::span<const double> request_seconds_bounds() {
    return request_bounds;
}

void Histogram::observe(double value) {
    const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
    buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::counts() const {
    std::vector<std::uint64_t> counts;
    for (const auto& bucket : buckets_)
        counts.push_back(bucket.load(std::memory_order_relaxed));
    return counts;
}

Family<Counter>& Metrics::counter(MetricName name) {
    const std::lock_guard lock(mutex_);
    return find_or_make(counters_, std::move(name), [&](MetricName full) {
        return std::make_unique<Family<Counter>>(std::move(full), most_series_,
                                                 [] { return std::make_unique<Counter>(); });
    });
}

Family<Gauge>& Metrics::gauge(MetricName name) {
    const std::lock_guard lock(mutex_);
    return find_or_make(gauges_, std::move(name), [&](MetricName full) {
        return std::make_unique<Family<Gauge>>(std::move(full), most_series_, [] { return std::make_unique<Gauge>(); });
    });
}

Family<Histogram>& Metrics::histogram(MetricName name, std::span<const double> bounds) {
    const std::lock_guard lock(mutex_);
    return find_or_make(histograms_, std::move(name), [&](MetricName full) {
        const std::vector<double> own(bounds.begin(), bounds.end());
        return std::make_unique<Family<Histogram>>(std::move(full), most_series_,
                                                   [own] { return std::make_unique<Histogram>(own); });
    });
}

void Metrics::gauge_function(MetricName name, std::function<double()> read) {
    const std::lock_guard lock(mutex_);
    std::string key = name.name;
    asked_.insert_or_assign(std::move(key), Asked{std::move(name), std::move(read)});
}

std::string Metrics::exposition() const {
    std::map<std::string, std::string> texts;
    const std::lock_guard lock(mutex_);
    for (const auto& [name, family] : counters_)
        texts[name] = simple_text(*family, "counter");
    for (const auto& [name, family] : gauges_)
        texts[name] = simple_text(*family, "gauge");
    for (const auto& [name, family] : histograms_)
        texts[name] = histogram_text(*family);
    for (const auto& [name, asked] : asked_) {
        write_head(texts[name], asked.name, "gauge");
        write_sample(texts[name], name, "", asked.read());
    }
    std::string out;
    for (const auto& [name, text] : texts)
        out += text;
    return out;
}

}  // namespace runtime
