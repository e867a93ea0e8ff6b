"""Result frame in, figure or table out. Nothing here fits, counts or decides anything."""
