"""The estimator's arguments as a Job, and a Job as the arguments that would submit it again."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from smtf_core.client.arguments import absolute, text_of
from smtf_core.interfaces import BackendSpec
from smtf_core.models import Access, Channel, FrameworkVersion, Job, Resources

# What the estimator puts behind the base of a job's name.
_STAMP = re.compile(r"-\d{4}(-\d\d){5}-\d{3}$")


def job_of(arguments: Mapping[str, Any], name: str, spec: BackendSpec, channels: tuple[Channel, ...]) -> Job:
    """The job that the estimator's arguments describe.

    Args:
        arguments: all of them, as :func:`~smtf_core.client.arguments.with_hyperparameters` gives them.
        name: the job's name.
        spec: its backend.
        channels: where its data is.

    Raises:
        InvalidInputError: ``framework_version`` is none.
    """
    output_path = arguments["output_path"] or spec.default_output_path
    return Job(
        name=name,
        backend=spec.name,
        entry_point=os.fspath(arguments["entry_point"]),
        source_dir=text_of(arguments["source_dir"]),
        dependencies=tuple(map(os.fspath, arguments["dependencies"] or ())),
        requirements_file=arguments["requirements_file"] or None,
        hyperparameters=dict(arguments["hyperparameters"] or {}),
        channels=channels,
        framework_version=FrameworkVersion.parse(arguments["framework_version"]),
        py_version=arguments["py_version"],
        input_mode=arguments["input_mode"],
        training_steps=arguments["training_steps"],
        evaluation_steps=arguments["evaluation_steps"],
        checkpoint_path=absolute(arguments["checkpoint_path"]),
        output_path=absolute(output_path) or "",
        code_location=arguments["code_location"],
        environment=dict(arguments["environment"] or {}),
        resources=Resources(
            instance_type=arguments["train_instance_type"],
            instance_count=arguments["train_instance_count"],
            volume_size_gb=arguments["train_volume_size"],
            max_run_seconds=arguments["train_max_run"],
            spot=arguments["train_use_spot_instances"],
            max_wait_seconds=arguments["train_max_wait"],
            memory=arguments["memory"],
            cpus=arguments["cpus"],
            gpus=None if arguments["gpus"] is None else str(arguments["gpus"]),
        ),
        access=Access(
            role=arguments["role"],
            output_kms_key=arguments["output_kms_key"],
            volume_kms_key=arguments["train_volume_kms_key"],
            subnets=tuple(arguments["subnets"] or ()),
            security_group_ids=tuple(arguments["security_group_ids"] or ()),
            tags=tuple((tag["Key"], tag["Value"]) for tag in arguments["tags"] or ()),
            network_isolation=arguments["enable_network_isolation"],
            encrypt_traffic=arguments["encrypt_inter_container_traffic"],
        ),
        distribution=arguments["distribution"],
        script_loader=arguments["script_loader"],
        image=arguments["image_name"],
        runtime=arguments["runtime"],
        metric_definitions=tuple((metric["Name"], metric["Regex"]) for metric in arguments["metric_definitions"] or ()),
        checkpoint_s3_uri=arguments["checkpoint_s3_uri"],
        checkpoint_local_path=arguments["checkpoint_local_path"],
        log_level=arguments["container_log_level"],
    )


def arguments_of(job: Job) -> dict[str, Any]:
    """The estimator's arguments that would submit a job again."""
    resources, access = job.resources, job.access
    return {
        "entry_point": job.entry_point,
        "role": access.role,
        "train_instance_count": resources.instance_count,
        "train_instance_type": resources.instance_type,
        "training_steps": job.training_steps,
        "evaluation_steps": job.evaluation_steps,
        "checkpoint_path": job.checkpoint_path,
        "source_dir": job.source_dir,
        "dependencies": list(job.dependencies),
        "requirements_file": job.requirements_file,
        "hyperparameters": dict(job.hyperparameters),
        "environment": dict(job.environment),
        "framework_version": str(job.framework_version),
        "py_version": job.py_version,
        "input_mode": job.input_mode,
        "output_path": job.output_path,
        "output_kms_key": access.output_kms_key,
        "code_location": job.code_location,
        "image_name": job.image,
        "runtime": job.runtime,
        "train_volume_size": resources.volume_size_gb,
        "train_volume_kms_key": access.volume_kms_key,
        "train_max_run": resources.max_run_seconds,
        "train_use_spot_instances": resources.spot,
        "train_max_wait": resources.max_wait_seconds,
        "checkpoint_s3_uri": job.checkpoint_s3_uri,
        "checkpoint_local_path": job.checkpoint_local_path,
        "metric_definitions": [{"Name": name, "Regex": regex} for name, regex in job.metric_definitions],
        "enable_network_isolation": access.network_isolation,
        "encrypt_inter_container_traffic": access.encrypt_traffic,
        "memory": resources.memory,
        "cpus": resources.cpus,
        "gpus": resources.gpus,
        "container_log_level": job.log_level,
        "tags": [{"Key": key, "Value": value} for key, value in access.tags],
        "subnets": list(access.subnets),
        "security_group_ids": list(access.security_group_ids),
        "distribution": job.distribution,
        "script_loader": job.script_loader,
        "base_job_name": _STAMP.sub("", job.name),
        "backend": job.backend,
    }
