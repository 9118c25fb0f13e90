import type { ImagePlan } from '../manifest-schema.ts'

export type ColourMapName = NonNullable<ImagePlan['colourMap']>['name']

/**
 * Colours at equal distances from the low to the high end, `rrggbb` each; between two of them the way is straight.
 * 33 of them follow the published tables of 256 (twilight: 510) entries to within two 8-bit steps.
 *
 * Sources: viridis and inferno, Smith and van der Walt 2015 (CC0); turbo, Mikhailov 2019 (Apache 2.0);
 * twilight, Bechtold 2018 (CC0), which ends as it begins and so suits angles. All as in Matplotlib 3.11.
 */
const anchors: Readonly<Record<ColourMapName, string>> = {
  grey: '000000 ffffff',
  viridis: `
    440154 470d60 48186a 482374 472d7b 453681 424086 3f4989 3b528b 375a8d 33638d 2f6a8e 2c728e 297a8e 26818e 23898e
    21908c 1f988b 1f9f88 21a685 28ae80 31b57b 3ebc74 4cc26c 5dc963 6ece58 82d34c 96d83f abdc32 c0df24 d5e21a eae51a
    fde725`,
  inferno: `
    000004 030312 0b0724 150b37 210c4a 2e0a5a 3c0965 4a0c6b 57106d 63146e 70196e 7d1e6d 89226a 962766 a32b61 af315c
    bb3755 c63e4d d14644 db4f3b e35932 eb6528 f1711e f67f14 f98d0a fb9c06 fcab0f fbba1f f9ca32 f5d949 f2e865 f3f586
    fcffa4`,
  turbo: `
    30123b 392a73 4040a1 4456c7 466be3 467ff6 4293ff 37a7fa 29bbec 1dcdd8 18dcc3 1ee8b0 31f299 4cf97e 6bfd64 8aff4d
    a3fd3c b8f735 cced34 dee037 edd03a f8c03a fdae35 fe982c fb8022 f56817 ec520f e04009 d23105 c02302 ac1701 950d01
    7a0403`,
  twilight: `
    e2d9e2 d6d7dd c3ced4 abc2cc 94b4c7 81a6c3 7297c1 6886be 6275ba 5f63b5 5e51ad 5d3da1 592a8f 521b77 45135c 381146
    2f1437 3a113a 4b1342 5f174a 741e4f 872750 983550 a64550 b25652 bb6858 c27c62 c78f72 cca388 d1b5a2 d8c6bd ded3d5
    e2d9e2`,
}

const steps = 256

/**
 * A colour map as 256 colours, red, green and blue each.
 *
 * @example colourTable('grey')[3 * 128] // 128
 */
export function colourTable(name: ColourMapName): Uint8Array {
  const places = anchors[name].trim().split(/\s+/)
  const table = new Uint8Array(3 * steps)
  for (let step = 0; step < steps; step += 1) {
    const place = (step / (steps - 1)) * (places.length - 1)
    const low = Math.min(Math.floor(place), places.length - 2)
    for (let channel = 0; channel < 3; channel += 1) {
      const from = channelOf(places[low], channel)
      const to = channelOf(places[low + 1], channel)
      table[3 * step + channel] = Math.round(from + (to - from) * (place - low))
    }
  }
  return table
}

function channelOf(colour = '', channel: number): number {
  return Number.parseInt(colour.slice(2 * channel, 2 * channel + 2), 16)
}
