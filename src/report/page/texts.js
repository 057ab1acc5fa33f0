// What the page says, in both languages.
const TEXTS = {
  en: {
    layer: 'layer', head: 'head', colormap: 'colours', alpha: 'opacity', interpolation: 'between patches', scale: 'scale',
    word: 'each word', shared: 'shared', relative: 'relative to all words', target: 'target', mean: 'mean', last: 'last',
    rollout: 'rollout', max: 'max', nearest: 'none', linear: 'linear', cubic: 'smooth', nothing: 'looks at nothing here',
    entropy: 'entropy', kind: 'kind', unknown: 'not in the vocabulary, read as', top: 'top patches', patch: 'patch',
    weight: 'weight', row: 'row', column: 'column', words: 'words that look here', all: 'of all it gives', view: 'view',
    verb: 'verb', colour: 'colour', noun: 'noun', other: 'other', patches: 'patches', sentence: 'words of the instruction',
    picture: 'image with the map of the word; arrow keys choose a patch',
    hint: 'Point at a word to see its map, click to keep it (arrow keys move). Click the image to ask a patch for its words; Escape '
      + 'lets it go. The line under a word is the part of it that looks at the image; green is the target.',
  },
  zh: {
    layer: '层', head: '头', colormap: '色图', alpha: '不透明度', interpolation: '插值', scale: '色阶',
    word: '每词各自', shared: '共用', relative: '相对于所有词的平均', target: '目标', mean: '平均', last: '最后一层',
    rollout: 'rollout', max: '最大', nearest: '无', linear: '线性', cubic: '平滑', nothing: '看向“无此物”',
    entropy: '熵', kind: '词类', unknown: '不在词表中,按此理解', top: '权重最高的图像块', patch: '图像块',
    weight: '权重', row: '行', column: '列', words: '看向这里的词', all: '占全部注意力', view: '视角',
    verb: '动词', colour: '颜色', noun: '名词', other: '其他', patches: '图像块', sentence: '指令中的词',
    picture: '图像与该词的热图;方向键选择图像块',
    hint: '指向一个词显示它的热图,点击固定(方向键移动)。点击图像查看该块对应的词,Esc 取消。词下的线表示该词有多少注意力落在图像上;绿色为目标。',
  },
};
