#include "base/rfc3339.hpp"

#include <array>
#include <cstdio>

namespace base {
namespace {

using namespace std::chrono;

// Reads the text from its front; the first fault makes everything after it fail too.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i)
            value = value * 10 + digit();
        return value;
    }
    bool take(std::string_view one_of) {
        if (rest_.empty() || !one_of.contains(rest_.front())) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(std::string_view one_of) { good_ = take(one_of) && good_; }
    [[nodiscard]] bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
    [[nodiscard]] bool done() const { return good_ && rest_.empty(); }
    void fail() { good_ = false; }

    int digit() {
        if (!at_digit()) {
            fail();
            return 0;
        }
        const int value = rest_.front() - '0';
        rest_.remove_prefix(1);
        return value;
    }

  private:
    std::string_view rest_;
    bool good_ = true;
};

nanoseconds read_fraction(Scanner& text) {
    if (!text.take(".")) return 0ns;
    if (!text.at_digit()) text.fail();
    std::int64_t value = 0;
    for (std::int64_t unit = 100'000'000; text.at_digit(); unit /= 10)
        value += unit * text.digit();
    return nanoseconds(value);
}

minutes read_offset(Scanner& text) {
    if (text.take("Zz")) return 0min;
    const bool behind = text.take("-");
    if (!behind) text.expect("+");
    const int hour = text.digits(2);
    text.expect(":");
    const int minute = text.digits(2);
    if (hour > 23 || minute > 59) text.fail();
    const minutes offset = hours(hour) + minutes(minute);
    return behind ? -offset : offset;
}

}  // namespace

std::string to_rfc3339(UtcTime time) {
    const auto since_1970 = floor<milliseconds>(time);
    const auto day = floor<days>(since_1970);
    const year_month_day date(day);
    const hh_mm_ss<milliseconds> clock(since_1970 - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text.data();
}

std::optional<UtcTime> from_rfc3339(std::string_view text) {
    Scanner scanner(text);
    const int year_number = scanner.digits(4);
    scanner.expect("-");
    const int month_number = scanner.digits(2);
    scanner.expect("-");
    const int day_number = scanner.digits(2);
    scanner.expect("Tt ");
    const int hour = scanner.digits(2);
    scanner.expect(":");
    const int minute = scanner.digits(2);
    scanner.expect(":");
    const int second = scanner.digits(2);
    const nanoseconds fraction = read_fraction(scanner);
    const minutes offset = read_offset(scanner);
    const year_month_day date{year(year_number), month(static_cast<unsigned>(month_number)),
                              day(static_cast<unsigned>(day_number))};
    if (!scanner.done() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    // Nanoseconds since 1970 fill 64 bits from 1678 to 2261.
    if (year_number < 1678 || year_number > 2261) return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + fraction - offset;
}

std::int64_t to_unix_ms(UtcTime time) {
    return floor<milliseconds>(time).time_since_epoch().count();
}

UtcTime from_unix_ms(std::int64_t time_ms) {
    return UtcTime(milliseconds(time_ms));
}

}  // namespace base
