"""Formats of the hub as plain Python: captions, chapters, feeds, hashtags, linked data, share cards.

Text and numbers in, dataclasses or text out. No Django, no clock, no settings.
"""
