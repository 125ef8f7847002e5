"""What can go wrong with a language model, as classes by meaning.

UserError
└── ModelSettingsError       the settings, or the key they name, cannot be used
NotewrightError
└── ModelError               a language model did not give what was asked
    ├── ModelUnusable        and will not in this run: there is no point in asking again
    │   ├── NoModel          none is configured for the stage
    │   ├── AccessRefused    the key is not accepted, may not do this, or has no money left
    │   ├── UnknownModel     the endpoint has no such model, or no such way of asking
    │   └── PassBudgetSpent  the call could cost more than the pass has left
    ├── PostBudgetSpent      the call could cost more than the post has left
    ├── OutOfTime            the time for the post is over before an answer came
    ├── ModelUnavailable     no answer after every retry: connection, rate limit, 5xx
    ├── RequestRejected      the endpoint does not take the request (400, 422)
    ├── ModelDeclined        the model refused, in its own words
    ├── ContentFiltered      the provider's filter stopped the question or the answer
    ├── AnswerCut            the answer ended at its token bound
    ├── AnswerMalformed      no valid answer, after every repair
    └── NotRecorded          the recording that is replayed has no such exchange

None of them, nor anything they hold, carries a key or a header.
"""

from __future__ import annotations

from writers.errors import NotewrightError, UserError


class ModelSettingsError(UserError):
    """The settings of the language models, or a key they name, cannot be used."""


class ModelError(NotewrightError):
    """A language model did not give what was asked."""


class ModelUnusable(ModelError):
    """No call of this kind will succeed in this run."""


class NoModel(ModelUnusable):
    """No language model is configured for the stage."""


class AccessRefused(ModelUnusable):
    """HTTP 401 or 403, or an account without money."""


class UnknownModel(ModelUnusable):
    """HTTP 404: no such model, or no such way of asking."""


class PassBudgetSpent(ModelUnusable):
    """The call could cost more than the pass has left; it was not made."""


class PostBudgetSpent(ModelError):
    """The call could cost more than the post has left; it was not made."""


class OutOfTime(ModelError):
    """The time for the post is over before an answer came."""


class ModelUnavailable(ModelError):
    """No answer came, after every retry."""


class RequestRejected(ModelError):
    """HTTP 400 or 422: the endpoint does not take the request."""


class ModelDeclined(ModelError):
    """The model refused to answer; the message is its own words."""


class ContentFiltered(ModelError):
    """The provider's content filter stopped the question or the answer."""


class AnswerCut(ModelError):
    """The answer ended at its token bound."""


class AnswerMalformed(ModelError):
    """The answer is not what was asked for, after every repair."""


class NotRecorded(ModelError):
    """The recording that is replayed has no such exchange."""
