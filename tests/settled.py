"""This process as our own are; to be imported before anything that loads numpy, and that is Django."""

from trueup.environment import ours_alone

ours_alone()
