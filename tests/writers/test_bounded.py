from __future__ import annotations

import asyncio
import sys
import textwrap

import pytest

from writers.bounded import within
from writers.errors import PluginFailure


async def test_an_answer_in_time_is_given() -> None:
    async def good() -> str:
        await asyncio.sleep(0)
        return "answer"

    assert await within(good(), seconds=5) == "answer"


async def test_timeouts_inside_still_work() -> None:
    async def careful() -> str:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            return "gave up"
        return "?"

    assert await within(careful(), seconds=5) == "gave up"


async def raises() -> None:
    raise RuntimeError("broken inside")


async def exits() -> None:
    sys.exit(3)


async def cancels_itself() -> None:
    raise asyncio.CancelledError


async def hangs() -> None:
    await asyncio.Event().wait()


async def ignores() -> None:
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue


async def ignores_everything() -> None:
    while True:
        try:
            await asyncio.sleep(3600)
        except BaseException:
            continue


async def cleans_up() -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("plugin", "told"),
    [
        (raises, "raised RuntimeError: broken inside"),
        (exits, "tried to exit the program with status 3"),
        (cancels_itself, "cancelled itself"),
        (hangs, r"gave no answer within 0\.01 seconds$"),
        (cleans_up, r"gave no answer within 0\.01 seconds$"),
        (ignores, "ignored its cancellation"),
        (ignores_everything, "ignored its cancellation"),
    ],
)
async def test_what_goes_wrong_is_told_and_over(plugin: object, told: str) -> None:
    with pytest.raises(PluginFailure, match=told):
        await within(plugin(), seconds=0.01, grace_s=0.01)  # type: ignore[operator]
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []


async def test_what_is_no_coroutine_is_told() -> None:
    with pytest.raises(PluginFailure, match="answered str where a coroutine was due"):
        await within("text", seconds=1)


async def test_cancelling_the_caller_ends_the_plugin() -> None:
    task = asyncio.create_task(within(ignores(), seconds=3600, grace_s=0.01))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("plugin", ["ignores", "ignores_everything"])
async def test_a_program_ends_though_a_plugin_would_not(plugin: str) -> None:
    """`asyncio.run` waits for every task, and the interpreter closes every coroutine before it ends."""
    program = textwrap.dedent(
        f"""
        import asyncio
        from tests.writers.test_bounded import {plugin}
        from writers.bounded import within
        from writers.errors import PluginFailure

        async def main():
            try:
                await within({plugin}(), seconds=0.01, grace_s=0.01)
            except PluginFailure as failure:
                return str(failure)

        raise SystemExit(0 if "ignored" in asyncio.run(main()) else 1)
        """
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    try:
        assert await asyncio.wait_for(process.wait(), 60) == 0
    finally:
        if process.returncode is None:
            process.kill()
