import { readFileSync, writeFileSync } from 'node:fs'
import { encode } from 'fast-png'
import { DawnChild } from '#test/gpu/dawn-child.ts'
import { prepare } from '#shaders/path-tracer/prepare.ts'
const [,, out='/tmp/pic.png', S='4', B='2', kernel='shaders/path-tracer/kernel.wgsl', size='512', only='']=process.argv
const W=+size
const mesh=(await prepare()).get('bunny.bin')!
const wgsl=readFileSync(kernel,'utf8')
await using dawn=await DawnChild.start()
const img=new Float32Array(W*W*4)
let total=0; const times:number[]=[]
const n=W/64
for(let tile=0;tile<n*n;tile++){
  if(only&&!only.split(',').includes(String(tile)))continue
  const params=new Uint8Array(new Uint32Array([tile,1,W,W,64,+S,+B,1]).buffer)
  const t=performance.now()
  const r=await dawn.run({wgsl,entry:'render',bindings:[{group:0,binding:0,kind:'uniform',bytes:params},{group:0,binding:1,kind:'storage-read',bytes:mesh},{group:0,binding:2,kind:'storage',bytes:new Uint8Array(16*4096)}],workgroups:[8,8,1],result:{group:0,binding:2}},60000)
  total+=r.durationMs;times.push(Math.round(r.durationMs)); if(tile==0)console.log('first',performance.now()-t)
  const px=new Float32Array(r.bytes.buffer,r.bytes.byteOffset,4096*4)
  const tx=tile%n,ty=Math.floor(tile/n)
  for(let y=0;y<64;y++)img.set(px.subarray(y*256,y*256+256),((ty*64+y)*W+tx*64)*4)
}
console.log('total s',(total/1000).toFixed(2)); for(let y=0;y<n;y++)console.log(times.slice(y*n,y*n+n).join(' '))
const rgb=new Uint8Array(W*W*3)
let bad=0,mx=0
for(let i=0;i<W*W;i++)for(let c=0;c<3;c++){let v=img[i*4+c]!;if(!(v>=0&&v<100)){bad++;v=0};mx=Math.max(mx,v);v=Math.min(1,v);rgb[i*3+c]=Math.round(255*(v<=0.0031308?12.92*v:1.055*v**(1/2.4)-0.055))}
console.log({bad,mx})
const png=encode({width:W,height:W,data:rgb,channels:3});writeFileSync(out,png);console.log(png.length)
writeFileSync(out+'.f32',Buffer.from(img.buffer))
