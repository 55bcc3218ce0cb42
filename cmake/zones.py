"""Writes the UTC offsets of every IANA time zone, 2020 to 2050, as C++: zones.py OUTPUT.

Taken from the time zone database of the machine that builds, so that nothing is read, and nothing waits, at run time.
"""

import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

FIRST = int(datetime(2020, 1, 1, tzinfo=timezone.utc).timestamp())
LAST = int(datetime(2050, 1, 1, tzinfo=timezone.utc).timestamp())
STEP = int(timedelta(days=7).total_seconds())  # No zone goes forth and back within a week.


def offset(zone, second):
    return int(datetime.fromtimestamp(second, zone).utcoffset().total_seconds())


def shifts(name):
    """(UTC second, offset from then on), the first one at FIRST."""
    zone = ZoneInfo(name)
    now = offset(zone, FIRST)
    found = [(FIRST, now)]
    for week in range(FIRST, LAST, STEP):
        after = offset(zone, week + STEP)
        if after == now:
            continue
        low, high = week, week + STEP
        while high - low > 1:
            middle = (low + high) // 2
            if offset(zone, middle) == now:
                low = middle
            else:
                high = middle
        found.append((high, after))
        now = after
    return tuple(found)


def main(out):
    names = sorted(name for name in available_timezones() if name not in ("Factory", "localtime"))
    if "Europe/Berlin" not in names:
        sys.exit("There is no time zone database on this machine; install tzdata.")
    places, table = {}, []
    rows = []
    for name in names:
        own = shifts(name)
        if own not in places:
            places[own] = len(table)
            table.extend(own)
        rows.append(f'    {{"{name}", {places[own]}, {len(own)}}},')
    with open(out, "w", encoding="utf-8") as file:
        file.write('#include "discounts/zones.hpp"\n\nnamespace kassa::discounts {\nnamespace {\n\n')
        file.write("constexpr ZoneShift kShifts[] = {\n")
        file.writelines(f"    {{{second}, {seconds}}},\n" for second, seconds in table)
        file.write("};\nconstexpr ZoneName kNames[] = {\n" + "\n".join(rows) + "\n};\n\n}  // namespace\n\n")
        file.write("std::span<const ZoneShift> zone_shifts() noexcept { return kShifts; }\n")
        file.write("std::span<const ZoneName> zone_names() noexcept { return kNames; }\n\n")
        file.write("}  // namespace kassa::discounts\n")


main(sys.argv[1])
