using Compat.Load.Model;

namespace Compat.Load.Report;

/// <summary>Sees a run while it goes on.</summary>
internal interface IProgressView
{
    void Update(Scenario scenario, TimeSpan elapsed);

    void Complete(ScenarioResult result);
}
