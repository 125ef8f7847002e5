"""A fictional world, any size from one seed: facts, pages that record them, posts that state them."""

from harness.world.build import build_world
from harness.world.handwritten_posts import load_handwritten
from harness.world.page import Page, PageKind
from harness.world.settings import WorldSettings, default_settings, load_settings
from harness.world.truth import ClaimKind, PostTruth
from harness.world.world import Cited, World, WorldPost

__all__ = [
    "Cited",
    "ClaimKind",
    "Page",
    "PageKind",
    "PostTruth",
    "World",
    "WorldPost",
    "WorldSettings",
    "build_world",
    "default_settings",
    "load_handwritten",
    "load_settings",
]
