"""The classifier of the second look: the network in PyTorch, exported, and what is taught besides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from thumper.errors import DetectorError
from thumper.worker.engines.classifier_exporter import export_classifier
from thumper.worker.engines.efficientnet_lite import CROP_PX, EfficientNetLite0, load
from thumper.worker.engines.linear_head import LinearHead
from thumper.worker.engines.ncnn_classifier import NcnnClassifier, softmax


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights drawn at random: what is exported is the same arithmetic."""
    torch.manual_seed(1)
    network = EfficientNetLite0()
    for name, values in network.state_dict().items():
        if name.endswith("running_var"):
            values.uniform_(0.5, 1.5)
    path: Path = tmp_path_factory.mktemp("weights") / "lite0.pth"
    torch.save(network.state_dict(), path)
    return path


def test_it_halves_the_sides_as_tensorflow_does(weights: Path) -> None:
    seen = []
    network = load(weights)
    for block in network._blocks:
        block.register_forward_hook(lambda _block, _taken, told: seen.append(tuple(told.shape[1:3])))
    with torch.inference_mode():
        features, logits = network(torch.zeros(2, 3, CROP_PX, CROP_PX))
    sides = [(16, 112), (24, 56), (24, 56), (40, 28), (40, 28), *[(80, 14)] * 3, *[(112, 14)] * 3]
    assert seen == [*sides, *[(192, 7)] * 4, (320, 7)]
    assert (tuple(features.shape), tuple(logits.shape)) == ((2, 1280), (2, 1000))


@pytest.mark.slow
def test_the_exported_classifier_answers_as_in_pytorch(weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "classifier"
    assert export_classifier(weights, folder) < 1e-3
    classifier = NcnnClassifier(folder)
    crops = np.random.default_rng(1).integers(0, 256, (2, CROP_PX, CROP_PX, 3), np.uint8)
    told = classifier.classify(crops)
    assert told.features.shape == (2, 1280)
    np.testing.assert_allclose(told.shares.sum(1), 1, rtol=1e-5)
    for mine, again in zip(told, classifier.twin().classify(crops), strict=True):
        np.testing.assert_array_equal(mine, again)
    with torch.inference_mode():
        values = torch.from_numpy((crops.transpose(0, 3, 1, 2).astype(np.float32) - 127) / 128)
        features, logits = load(weights)(values)
    np.testing.assert_allclose(told.features, features.numpy(), atol=1e-3)
    np.testing.assert_allclose(told.shares, logits.softmax(1).numpy(), atol=1e-5)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    torch.save({"_fc.weight": torch.zeros(3)}, tmp_path / "other.pth")
    with pytest.raises(DetectorError, match=r"other\.pth are not those of EfficientNet-Lite0"):
        load(tmp_path / "other.pth")


def test_shares_and_confidences_do_not_overflow() -> None:
    np.testing.assert_allclose(softmax(np.array([[1e4, 1e4, -1e4]], np.float32)), [[0.5, 0.5, 0]])
    head = LinearHead(np.array([2, -1], np.float32), 1.0)
    features = np.array([[0, 0], [1, 3], [1e4, 0], [0, 1e4]], np.float32)
    np.testing.assert_allclose(head.confidences(features), [1 / (1 + np.exp(-1)), 0.5, 1, 0], rtol=1e-6)
