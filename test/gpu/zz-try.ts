import { readFileSync } from 'node:fs'
import { prepare } from '#shaders/path-tracer/prepare.ts'
import { unpackTriangles } from '#shaders/path-tracer/scene-blob.ts'
import { renderPixel, type Params } from '#shaders/path-tracer/reference.ts'
import { DawnChild } from '#test/gpu/dawn-child.ts'
const mesh=(await prepare()).get('bunny.bin')!
const scene=unpackTriangles(mesh)
const wgsl=readFileSync('shaders/path-tracer/kernel.wgsl','utf8')
await using dawn=await DawnChild.start()
const [,,S='8',stride='8',tiles='19,26,44']=process.argv
let n=0,bad=0,worst=0; const t0=performance.now();const rel:number[]=[]
for(const tile of tiles.split(',').map(Number)){
  const p:Params={unit_begin:tile,unit_count:1,image_width:512,image_height:512,tile_size:64,samples:+S,bounces:2,seed:1}
  const params=new Uint8Array(new Uint32Array(Object.values(p)).buffer)
  const r=await dawn.run({wgsl,entry:'render',bindings:[{group:0,binding:0,kind:'uniform',bytes:params},{group:0,binding:1,kind:'storage-read',bytes:mesh},{group:0,binding:2,kind:'storage',bytes:new Uint8Array(16*4096)}],workgroups:[8,8,1],result:{group:0,binding:2}},60000)
  const px=new Float32Array(r.bytes.buffer)
  for(let y=3;y<64;y+=+stride)for(let x=3;x<64;x+=+stride){
    const want=renderPixel(scene,p,(tile%8)*64+x,Math.floor(tile/8)*64+y)
    want.forEach((w,c)=>{n++;const g=px[(y*64+x)*4+c]!;const d=Math.abs(g-w);rel.push(d);if(!(d<=0.001+0.01*Math.abs(w))){bad++;console.log(tile,x,y,c,g,w)};worst=Math.max(worst,d)})
  }
}
rel.sort((a,b)=>a-b)
console.log({n,bad,worst,median:rel[n>>1],p99:rel[Math.floor(n*.99)],s:(performance.now()-t0)/1000})
