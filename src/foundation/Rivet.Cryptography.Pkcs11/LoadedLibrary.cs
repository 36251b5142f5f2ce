using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>
/// A PKCS#11 library, which a process loads and initialises once for everybody. Beginning anew (C_Finalize, C_Initialize) is how libraries that
/// look for tokens only then see one that came back; it ends every session, and handles from before may name somebody else's
/// sessions after it, which is why each connection remembers the generation it belongs to.
/// </summary>
internal sealed class LoadedLibrary
{
    private static readonly ConcurrentDictionary<string, LoadedLibrary> All = new(StringComparer.Ordinal);
    private readonly ReaderWriterLockSlim gate = new();
    private readonly string path;
    private IPkcs11Library? library;

    static LoadedLibrary()
        => NativeLibrary.SetDllImportResolver(typeof(Pkcs11InteropFactories).Assembly, Resolve);

    private LoadedLibrary(string path) => this.path = path;

    public static Pkcs11InteropFactories Factories { get; } = new();

    /// <summary>Moves when the library begins anew.</summary>
    public long Generation { get; private set; }

    public static LoadedLibrary Of(string path) => All.GetOrAdd(Path.GetFullPath(path), key => new LoadedLibrary(key));

    /// <summary>Keeps the library from beginning anew until disposed.</summary>
    public Use Enter()
    {
        gate.EnterReadLock();
        return new Use(gate);
    }

    /// <summary>The slots with a token, under the lock; loads the library when need be.</summary>
    /// <exception cref="ModuleException">The library is missing or none.</exception>
    public void Load()
    {
        gate.EnterWriteLock();
        try
        {
            library ??= Open();
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    /// <summary>Under the lock.</summary>
    public IEnumerable<ISlot> Slots() => library?.GetSlotList(SlotsType.WithTokenPresent) ?? [];

    /// <summary>Begins anew, unless somebody else did since <paramref name="seen"/>.</summary>
    public void BeginAnew(long seen)
    {
        gate.EnterWriteLock();
        try
        {
            if (Generation != seen)
            {
                return;
            }

            Generation++;
            try
            {
                library?.Dispose();
            }
            catch (Pkcs11Exception)
            {
                // A library that lost its device may fail to finish; it is initialised anew all the same.
            }

            library = null;
            library = Open();
        }
        finally
        {
            gate.ExitWriteLock();
        }
    }

    private IPkcs11Library Open()
    {
        try
        {
            // Held once more, so that disposing finishes the module but leaves its code in memory: some do not survive unloading.
            NativeLibrary.Load(path);
            return Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Factories, path, AppType.MultiThreaded);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException or UnmanagedException)
        {
            throw new ModuleException(ModuleFault.LibraryUnusable, $"The key module's library {path} cannot be loaded. Install the module's package, or point to its PKCS#11 library.");
        }
    }

    /// <summary>The binding asks for "libdl", which Debian has only as libdl.so.2 unless development files are installed.</summary>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
        => name == "libdl" && NativeLibrary.TryLoad("libdl.so.2", out var handle) ? handle : 0;

    public readonly struct Use(ReaderWriterLockSlim gate) : IDisposable
    {
        public void Dispose() => gate.ExitReadLock();
    }
}
