"""The passwords that attackers try first."""

from zxcvbn.frequency_lists import FREQUENCY_LISTS

# 30,000 lower-case passwords by how often leaked lists hold them; over 11,000 are long enough to
# be chosen here, more than the 3,000 that ASVS 5.0 asks for (requirement 6.2.4).
COMMON_PASSWORDS = frozenset(FREQUENCY_LISTS["passwords"])
