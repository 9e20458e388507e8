"""The most common passwords."""

from zxcvbn.frequency_lists import FREQUENCY_LISTS

# The 30,000 most frequent passwords in leaks, in lower case. Over 11,000 of them have the required
# length; ASVS 5.0 demands 3,000 (requirement 6.2.4).
COMMON_PASSWORDS = frozenset(FREQUENCY_LISTS["passwords"])
