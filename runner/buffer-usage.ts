import type { ResourceUse } from './job-program.ts'

/** WebGPU's usage flags of a buffer that is used so, and filled by the runner. */
export function bufferUsageOf(use: ResourceUse): GPUBufferUsageFlags {
  const { UNIFORM, STORAGE, INDIRECT, COPY_SRC, COPY_DST } = GPUBufferUsage
  return (
    COPY_DST |
    (use.uniform ? UNIFORM : 0) |
    (use.storage ? STORAGE : 0) |
    (use.indirect ? INDIRECT : 0) |
    (use.copySource ? COPY_SRC : 0)
  )
}

export function textureUsageOf(use: ResourceUse): GPUTextureUsageFlags {
  const { TEXTURE_BINDING, STORAGE_BINDING, COPY_SRC, COPY_DST } = GPUTextureUsage
  return (
    COPY_DST |
    (use.sampled ? TEXTURE_BINDING : 0) |
    (use.storage ? STORAGE_BINDING : 0) |
    (use.copySource ? COPY_SRC : 0)
  )
}
