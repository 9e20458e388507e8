"""How long to wait after wrong passwords."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.accounts.errors import TooManyWrongPasswords

# The first wrong passwords cause no wait, because people mistype. Each later one doubles the wait.
# This allows 74 guesses in 30 days; NIST SP 800-63B-4 section 3.2.2 allows 100 in a row.
FREE_FAILURES = 4
FIRST_WAIT = timedelta(seconds=30)
# Limited, because nobody can unlock an account.
LONGEST_WAIT = timedelta(hours=12)
# After this long without an attempt, failures are forgotten.
ATTEMPTS_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PasswordAttempts:
    """Consecutive wrong passwords; `last_at` is the time of the last attempt, right or wrong."""

    failures: int = 0
    last_at: datetime | None = None

    def require_allowed(self, now: datetime) -> None:
        """Raises TooManyWrongPasswords during the wait."""
        wait = wait_after(self.failures)
        # Without failures there is no wait, even if another instance's clock is ahead.
        if self.last_at is not None and wait and self.last_at + wait > now:
            raise TooManyWrongPasswords(self.last_at + wait - now)

    @property
    def is_next_limited(self) -> bool:
        """Whether the next wrong password causes a wait."""
        return self.failures >= FREE_FAILURES


def wait_after(failures: int) -> timedelta:
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, 30)  # more would overflow
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
