// Counters, gauges and histograms in Prometheus' text format (version 0.0.4). Cheap from any thread: a number is an
// atomic, and whoever holds its reference takes no lock. The number of series of a family is bounded: past the bound,
// every new set of label values shares one series whose values are "other".
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runtime {

class Counter {
  public:
    void add(double amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
    [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<double> value_ = 0;
};

class Gauge {
  public:
    void set(double value) { value_.store(value, std::memory_order_relaxed); }
    void add(double amount) { value_.fetch_add(amount, std::memory_order_relaxed); }
    [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<double> value_ = 0;
};

class Histogram {
  public:
    /// `bounds`: the upper bounds of the buckets, rising; one more without a bound comes by itself.
    explicit Histogram(std::span<const double> bounds)
        : bounds_(bounds.begin(), bounds.end()), buckets_(bounds.size() + 1) {}
    void observe(double value);
    /// How many values were in each bucket (not summed up).
    [[nodiscard]] std::vector<std::uint64_t> counts() const;
    [[nodiscard]] double sum() const { return sum_.load(std::memory_order_relaxed); }
    [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }

  private:
    std::vector<double> bounds_;
    std::deque<std::atomic<std::uint64_t>> buckets_;
    std::atomic<double> sum_ = 0;
};

/// Seconds from 1 ms to 1 minute: what requests take.
std::span<const double> request_seconds_bounds();

using LabelValues = std::vector<std::string>;

struct MetricName {
    std::string name;                   // [a-zA-Z_][a-zA-Z0-9_]*, in its unit: "…_seconds", "…_total"
    std::string help;                   // one line
    std::vector<std::string> labels{};  // their names
};

template <class Series>
class Family {
  public:
    Family(MetricName name, std::size_t most_series, std::function<std::unique_ptr<Series>()> make)
        : name_(std::move(name)), most_series_(most_series), make_(std::move(make)) {}
    /// The series of these label values, one for each label; made at its first use. Keep the reference where it is used
    /// often: it is valid as long as the family.
    Series& with(const LabelValues& values = {}) {
        const std::lock_guard lock(mutex_);
        const auto found = series_.find(values);
        if (found != series_.end()) return *found->second;
        const bool full = series_.size() >= most_series_;
        auto& place = series_[full ? LabelValues(name_.labels.size(), "other") : values];
        if (!place) place = make_();
        return *place;
    }
    [[nodiscard]] const MetricName& name() const { return name_; }
    void each(const std::function<void(const LabelValues&, const Series&)>& visit) const {
        const std::lock_guard lock(mutex_);
        for (const auto& [values, series] : series_)
            visit(values, *series);
    }

  private:
    MetricName name_;
    std::size_t most_series_;
    std::function<std::unique_ptr<Series>()> make_;
    mutable std::mutex mutex_;
    std::map<LabelValues, std::unique_ptr<Series>> series_;
};

class Metrics {
  public:
    explicit Metrics(std::size_t most_series_a_family = 500) : most_series_(most_series_a_family) {}

    /// A name given again is the same family; its first help, labels and bounds stand. Families live as long as this
    /// object.
    Family<Counter>& counter(MetricName name);
    Family<Gauge>& gauge(MetricName name);
    Family<Histogram>& histogram(MetricName name, std::span<const double> bounds);
    /// A value that is asked for when somebody looks; `read` must be quick, and callable from any thread until this
    /// object ends.
    void gauge_function(MetricName name, std::function<double()> read);

    /// What /metrics answers; families by name. Any thread.
    [[nodiscard]] std::string exposition() const;

  private:
    struct Asked {
        MetricName name;
        std::function<double()> read;
    };
    std::size_t most_series_;
    mutable std::mutex mutex_;
    std::map<std::string, std::unique_ptr<Family<Counter>>> counters_;
    std::map<std::string, std::unique_ptr<Family<Gauge>>> gauges_;
    std::map<std::string, std::unique_ptr<Family<Histogram>>> histograms_;
    std::map<std::string, Asked> asked_;
};

}  // namespace runtime
