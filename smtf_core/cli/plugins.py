"""``smtf plugins``: which plugins there are, what state they are in and what they provide."""

from __future__ import annotations

import inspect
import json
from typing import Any

import click

from smtf_core import hookspecs
from smtf_core.plugins import Plugin, PluginManager
from smtf_core.registry import Registries


@click.command()
@click.option("--hooks", "show_hooks", is_flag=True, help="List every hook with its signature and who implements it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plugins(show_hooks: bool, as_json: bool) -> None:
    """List plugins and what they provide.

    A plugin that cannot be loaded is listed as broken, with its error; the others work. Set SMTF_DISABLE_PLUGINS to a
    comma-separated list of names (or patterns) to leave plugins out.
    """
    manager = PluginManager()
    registries = Registries(manager).all()  # asked first: a plugin may turn out to be broken here
    if show_hooks:
        described = _hooks(manager)
        click.echo(json.dumps(described, indent=2) if as_json else _hooks_text(described))
        return
    listed = [_describe(manager, plugin, registries) for plugin in manager.plugins]
    click.echo(json.dumps(listed, indent=2) if as_json else _plugins_text(listed))


def _describe(manager: PluginManager, plugin: Plugin, registries: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "entry_point": plugin.value,
        "state": plugin.state,
        "error": f"{type(plugin.error).__name__}: {plugin.error}" if plugin.error else None,
        "hooks": manager.hooks_of(plugin),
        "deprecated": [text for _, text in manager.deprecated_of(plugin)],
        "provides": [
            {"kind": registry.kind, "name": spec.name, "summary": spec.summary}
            for registry in registries
            for spec, owner in registry.entries
            if owner is plugin
        ],
    }


def _plugins_text(listed: list[dict[str, Any]]) -> str:
    lines = []
    for plugin in listed:
        mark = {"active": click.style("active", fg="green"), "broken": click.style("broken", fg="red")}.get(
            plugin["state"], plugin["state"]
        )
        lines.append(
            f"{click.style(plugin['name'], bold=True)}  {mark}  {plugin['distribution']}  ({plugin['entry_point']})"
        )
        if plugin["error"]:
            lines.append(click.style(f"    {plugin['error']}", fg="red"))
        lines += [
            f"    {item['kind']} {click.style(item['name'], bold=True)}: {item['summary']}"
            for item in plugin["provides"]
        ]
        others = [hook for hook in plugin["hooks"] if not hook.startswith("smtf_register_")]
        if others:
            lines.append(f"    hooks: {', '.join(others)}")
        lines += [click.style(f"    {text}", fg="yellow") for text in plugin["deprecated"]]
    return "\n".join(lines)


def _hooks(manager: PluginManager) -> list[dict[str, Any]]:
    specs = [
        (name, function) for name, function in vars(hookspecs).items() if hasattr(function, f"{hookspecs.PROJECT}_spec")
    ]
    return [
        {
            "name": name,
            "signature": f"{name}{inspect.signature(function)}",
            "summary": (inspect.getdoc(function) or "").partition("\n")[0],
            "implemented_by": [str(plugin.name) for plugin, _ in manager.implementations(name)],
        }
        for name, function in specs
    ]


def _hooks_text(described: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{click.style(hook['signature'], bold=True)}\n    {hook['summary']}\n    implemented by: "
        f"{', '.join(hook['implemented_by']) or 'nobody'}"
        for hook in described
    )
