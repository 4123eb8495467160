# Writes the files of this folder with NumPy and h5py; nothing of it runs at test time.
import numpy as np, h5py, os, struct, io, zipfile, sys
d=os.path.join(os.path.dirname(os.path.abspath(__file__)), '')
x = (np.arange(24).reshape(2,4,3) - 5) / 4.0     # exact in f2
def npy(name, a, **k): np.save(d+name, a, **k)
npy('f8_c.npy', x)
npy('f8_fortran.npy', np.asfortranarray(x))
npy('f4_big_endian.npy', x.astype('>f4'))
npy('f2.npy', x.astype('f2'))
ints = np.array([[-3,2],[100,7]])
for t in ['i1','i2','>i4','i8']: npy(t.replace('>','be_')+'.npy', ints.astype(t))
for t in ['u1','u2','>u4','u8']: npy(t.replace('>','be_')+'.npy', np.abs(ints).astype(t))
npy('b1.npy', ints>5)
npy('c16.npy', ints+1j)
npy('object.npy', np.array([np.zeros(2),np.zeros(3)],dtype=object))
npy('records.npy', np.zeros(2,dtype=[('a','f8'),('b','i4')]))
npy('texts.npy', np.array(['V1','prefrontal','Δ']))
for v in [(1,0),(2,0),(3,0)]:
    with open(d+f'version_{v[0]}.npy','wb') as f: np.lib.format.write_array(f, x, version=v)
npy('empty.npy', np.zeros((0,3)))
npy('scalar.npy', np.float64(2.5))
np.savez(d+'stored.npz', rates=x, lengths=np.array([4,2]), names=np.array(['a','b','c']))
np.savez_compressed(d+'deflated.npz', rates=x, noise=np.random.RandomState(0).randn(50,3), zeros=np.zeros((100,100)))
tr={f'trial_{i}': np.arange((i+2)*2).reshape(i+2,2)*1.0 for i in range(11)}
np.savez_compressed(d+'ragged.npz', **tr)
# zip64: forced local and central fields, as archives over 4 GiB have them

old=zipfile.ZIP64_LIMIT; zipfile.ZIP64_LIMIT=10; zipfile.ZIP_FILECOUNT_LIMIT=0
with zipfile.ZipFile(d+'zip64.npz','w',zipfile.ZIP_DEFLATED,allowZip64=True) as z:
    b=io.BytesIO(); np.save(b,x)
    zi=zipfile.ZipInfo('rates.npy',(1980,1,1,0,0,0)); zi.compress_type=zipfile.ZIP_DEFLATED
    with z.open(zi,'w',force_zip64=True) as f: f.write(b.getvalue())
zipfile.ZIP64_LIMIT=old; zipfile.ZIP_FILECOUNT_LIMIT=(1<<16)-1
with h5py.File(d+'types.h5','w',track_order=False) as f:
    g=f.create_group('recording/session_1')
    g.create_dataset('rates', data=x, chunks=(1,2,3), compression='gzip', shuffle=True, fletcher32=True)
    g['rates'].attrs['fs']=np.int8(50); g['rates'].attrs['units']='Hz'
    f['f2']=x.astype('f2'); f['f4_big']=x.astype('>f4'); f['i1']=ints.astype('i1'); f['u8']=np.abs(ints).astype('u8')
    f['big_i4']=ints.astype('>i4'); f['u2']=np.abs(ints).astype('u2'); f['b1']=ints>5
    f['complex']=ints+1j
    f['scalar']=2.5
    f['texts']=np.array(['V1','prefrontal','Δ'],dtype=h5py.string_dtype())
    f['fixed_texts']=np.array([b'V1',b'M1'],dtype='S4')
    f.create_dataset('ragged',(2,),dtype=h5py.vlen_dtype(np.float64)); f['ragged'][0]=[1,2,3]; f['ragged'][1]=[4]
    f.create_dataset('lzf', data=x, chunks=(2,4,3), compression='lzf')
    f.create_dataset('empty', data=h5py.Empty('f4'))
    f['link']=h5py.SoftLink('/recording/session_1/rates')
    f['nowhere']=h5py.SoftLink('/not/there')
    f['outside']=h5py.ExternalLink('other.h5','/x')
    f.create_dataset('extendable', data=x, maxshape=(None,4,3), chunks=(1,4,3))
with h5py.File(d+'latest.h5','w',libver='latest') as f:
    f.create_dataset('rates', data=x, chunks=(1,4,3), maxshape=(None,None,3), compression='gzip')
    f.create_group('a').create_dataset('b', data=ints)
# as MATLAB 7.3 writes: 512 bytes of its own before the HDF5 file
with h5py.File(d+'scratch.h5','w',userblock_size=512) as f: f['rates']=x.T
b=bytearray(open(d+'scratch.h5','rb').read()); h=b'MATLAB 7.3 MAT-file, made by h5py for a test'; b[:len(h)]=h; open(d+'matlab_73.mat','wb').write(bytes(b))
os.remove(d+"scratch.h5")
import platform
print(platform.python_version(), np.__version__, h5py.__version__, h5py.version.hdf5_version)
