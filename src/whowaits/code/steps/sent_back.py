"""Where an answer is sent back to whoever asked: a reply to a mail, a comment, a mention."""

from __future__ import annotations

import re
from typing import Final

import libcst as cst

from whowaits.code.steps.flow import bindings, called, derived
from whowaits.code.steps.tree import Tree, calls_in, contains, reads

_REPLIES: Final = re.compile(r"^_?((send|post|create|write|publish|submit)_)?(reply|respond)(_|$)", re.IGNORECASE)
_TO_WHOM: Final = re.compile(r"^(in_)?reply_to", re.IGNORECASE)


def sent_back(tree: Tree, calls: tuple[cst.Call, ...], region: cst.CSTNode) -> cst.CSTNode | None:
    """Where what the call gives, or is made of it, is handed to something that replies with it."""
    answer = derived(tree, calls[-1], bindings(tree, region))
    for node in calls_in(tree, region):
        if node in calls or not _is_reply(node):
            continue
        given = [arg.value for arg in node.args]
        if any(reads(tree, value) & answer or contains(tree, value, calls[-1]) for value in given):
            return node
    return None


def _is_reply(call: cst.Call) -> bool:
    keywords = [arg.keyword.value for arg in call.args if arg.keyword is not None]
    return bool(_REPLIES.match(called(call))) or any(_TO_WHOM.match(keyword) for keyword in keywords)
