export { DEVIATIONS } from './ic/Deviations.ts';
export { LocalSubnet } from './ic/LocalSubnet.ts';
export { ManualClock } from './ic/Clock.ts';
export { startLocalnet, type Localnet, type LocalnetOptions } from './Localnet.ts';
export { createSynthetic } from './market/Synthetic.ts';
export { loadRecording, type Recording } from './market/Recording.ts';
