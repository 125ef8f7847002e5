"""What raters' tags say against a note, weighed by where the raters stand."""
