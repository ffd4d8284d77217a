"""Speed and quality, as ratios taken in one run on one machine. ``make bench`` runs all of it."""
