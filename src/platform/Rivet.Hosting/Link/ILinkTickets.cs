using Rivet.Kernel;

namespace Rivet.Hosting.Link;

/// <summary>The tickets by which devices resume their links.</summary>
public interface ILinkTickets
{
    /// <summary>Forgets the tickets of a device that was signed out: it cannot resume, whatever its register says.</summary>
    void Drop(DeviceId device);
}
