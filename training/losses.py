"""What the model is trained on: where words look, what things are called, and the target."""
import torch
import torch.nn.functional as F

from data import ABSENT, COLOUR, FUNCTION, NONE, NOUN, SEVERAL, VERB, primary
from lexicon import BY_NAME, NOUNS

WEIGHT = {COLOUR: 0.8, NOUN: 1.2, VERB: 1.0, FUNCTION: 0.1, ABSENT: 0.5, SEVERAL: 0.5, NONE: 0.0}


class Namer(torch.nn.Module):
    """Class head of training alone: pooled patch tokens against the embedding rows of the nouns, which the words share."""

    def __init__(self, dim):
        super().__init__()
        self.project = torch.nn.Linear(dim, dim)
        self.scale = torch.nn.Parameter(torch.tensor(0.2))
        self.bias = torch.nn.Parameter(torch.zeros(len(NOUNS)))
        self.register_buffer("rows", torch.tensor([BY_NAME[n].row for n in NOUNS]), persistent=False)
        self.index = {int(r): i for i, r in enumerate(self.rows)}

    def forward(self, model, batch, v):
        pooled, names = [], []
        for i, scene in enumerate(batch.scenes):
            for thing, row in primary(scene):
                weight = torch.from_numpy(scene["cover"][thing]).to(v)
                pooled.append(weight @ v[i] / weight.sum().clamp(min=1))
                names.append(self.index[row])
        pooled, names = self.project(torch.stack(pooled)), torch.tensor(names, device=v.device)
        logits = self.scale * (pooled @ model.words.table()[self.rows].T).float() + self.bias
        return F.cross_entropy(logits, names, label_smoothing=0.05), (logits.argmax(-1) == names).float().mean()


def attention_loss(weights, batch):
    """weights [B, I, n, p+1] of one layer, mean of its heads.

    The share inside the region as the mass metric counts it, and evenness over the region; patches that lie wholly inside
    count most, since what a word puts on an edge is half lost."""
    kinds, cover = batch.kinds, batch.cover
    logs = weights.clamp(min=1e-8).log()
    inside = (weights[..., :-1] * cover).sum(-1)
    aim = cover.square()
    aim = aim / aim.sum(-1, keepdim=True).clamp(min=1e-6)
    # how far from even: without its own entropy large things would outweigh small ones
    spread = (aim * (aim.clamp(min=1e-8).log() - logs[..., :-1])).sum(-1)
    seen = spread - 0.8 * inside.clamp(min=1e-6).log()
    nothing = -logs[..., -1]
    loss = torch.where((kinds == FUNCTION) | (kinds == ABSENT), nothing, seen)
    scale = torch.tensor([WEIGHT[k] for k in range(len(WEIGHT))], device=kinds.device)[kinds]
    return (loss * scale).sum() / scale.sum().clamp(min=1)


def contrast_loss(weights, batch, margin):
    """weights [B, I, n, p+1] of one layer: how far a word is from putting more on its own region than each other word of the
    instruction does. Only the word that lags is taught: a verb rightly looks into its noun's region, too."""
    heat = weights[..., :-1] / weights[..., :-1].sum(-1, keepdim=True).clamp(min=1e-6)
    shares = heat @ batch.cover.transpose(-1, -2)                           # [B, I, word, region]
    lag = shares.detach() + margin - shares.diagonal(dim1=-2, dim2=-1)[..., None, :]
    sought = (batch.kinds == COLOUR) | (batch.kinds == NOUN) | (batch.kinds == VERB)
    other = torch.cdist(batch.cover, batch.cover) > 0.5                     # regions differ
    pairs = sought[..., :, None] & sought[..., None, :] & other
    return (lag.clamp(min=0) * pairs).sum() / pairs.sum().clamp(min=1)


def action_loss(model, batch, v, g):
    """-> how far the target's distribution is from the goal's patches, and the error of its box."""
    scores = model.action.scores(g, v, batch.padding)                       # [B, I, p]
    cover = batch.goal_cover * ~batch.padding[:, None]
    soft = cover / cover.sum(-1, keepdim=True).clamp(min=1e-6)
    logs = scores.log_softmax(-1).clamp(min=-30)
    where = (soft * (soft.clamp(min=1e-9).log() - logs)).sum(-1)            # 0 where there is no saying
    where = where.sum() / (soft.sum(-1) > 0).sum().clamp(min=1)
    has = batch.goal >= 0
    if not has.any():
        return where, scores.new_zeros(())
    # boxes: from two of the goal's patches each
    at = torch.multinomial(soft[has] + 1e-9, 2)                             # [G, 2]
    image = torch.arange(len(v), device=v.device)[:, None].expand_as(has)[has]
    tokens = v[image[:, None], at]
    u = model.action.distances(g[has][:, None].expand_as(tokens), tokens).float()
    cols = batch.grid[1]
    x, y = (at % cols) * 16 + 8.0, (at // cols) * 16 + 8.0
    box = batch.boxes[has][:, None]
    sides = torch.stack([x - box[..., 0], y - box[..., 1], box[..., 2] - x, box[..., 3] - y], -1)
    good = sides > 0.5
    error = (u - (sides.clamp(min=0.5) / 16).log()).abs() * good
    return where, error.sum() / good.sum().clamp(min=1)


def grounding_loss(model, batch, v, maps, g, contrast=2, margin=0.1):
    """What maps and target are trained on -> the loss and its parts. `contrast` weighs contrast_loss."""
    looks = [attention_loss(m.float().mean(2), batch) for m in maps]
    behind = contrast_loss(maps[-1].float().mean(2), batch, margin)
    where, box = action_loss(model, batch, v, g)
    # the first layers gather what the last needs; a little guidance helps them to start
    loss = looks[-1] + 0.1 * sum(looks[:-1]) + contrast * behind + 0.25 * where + 0.15 * box
    return loss, {"look": looks[-1], "first": looks[0], "behind": behind, "where": where, "box": box}
