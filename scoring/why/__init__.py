"""Why a note has its status: what the rules looked at, kept beside the official outputs, and told in words.

- :mod:`scoring.why.record`: one file more in the output folder, with every value that a rule compares;
- :mod:`scoring.why.story`: the same rules held against one note again, each with its value and its limit.
"""
